module Losses.Site.Program

open System
open Losses.Site
open Losses.Site.Subject

[<EntryPoint>]
let main _ =
    for s in all do
        printfn
            "%s | %s | %s | %s"
            s.Name
            (match s.Traced with
             | Some t -> t.Formula.Value.Text + " / " + t.Note
             | None -> "-")
            (Calls.fsharp s).Text
            (Calls.csharp s).Text

        match Curve.ofSubject s with
        | Some p -> Curve.panels s p |> String.length |> printfn "   curve %d of %d series" p.Series.Length
        | None -> ()

    0
