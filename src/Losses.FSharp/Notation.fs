/// The notation that losses are written in.
module internal Losses.FSharp.Notation
