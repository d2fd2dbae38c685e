namespace Losses.FSharp
