namespace Losses.Mutants

open System.Collections.Concurrent
open System.Diagnostics

/// How a command ended.
type Ending =
    | Exit of code: int
    /// A line was enough.
    | Stopped of line: string
    | TimedOut

module Command =

    /// Runs a command in a folder until it ends, prints a line that is enough, or takes longer than so many seconds. Seconds in which this
    /// program, too, was held up do not count.
    let run (folder: string) (environment: (string * string) list) (seconds: int) (isEnough: string -> bool) (words: string list) =
        let start = ProcessStartInfo(words.Head, words.Tail, WorkingDirectory = folder)
        start.RedirectStandardOutput <- true
        start.RedirectStandardError <- true

        for name, value in environment do
            start.Environment[name] <- value

        use work = new Process(StartInfo = start)
        let lines = ConcurrentQueue<string>()

        let read (data: DataReceivedEventArgs) =
            match data.Data with
            | null -> ()
            | line -> lines.Enqueue line

        work.OutputDataReceived.Add read
        work.ErrorDataReceived.Add read
        work.Start() |> ignore
        work.BeginOutputReadLine()
        work.BeginErrorReadLine()
        let isDone () = work.WaitForExit 100 || Seq.exists isEnough lines
        let isLate = not (Seq.exists (fun _ -> isDone ()) (seq { 1 .. 10 * seconds }))
        work.Kill(entireProcessTree = true)
        // Without a time limit it also waits for the last lines.
        work.WaitForExit()

        match Seq.tryFind isEnough lines with
        | Some line -> Stopped line, List.ofSeq lines
        | None when isLate -> TimedOut, List.ofSeq lines
        | None -> Exit work.ExitCode, List.ofSeq lines

    /// The lines that a command prints; an exception where it fails.
    let lines (folder: string) (words: string list) =
        match run folder [] 3600 (fun _ -> false) words with
        | Exit 0, lines -> lines
        | _, lines ->
            let text = String.concat " " words + "\n" + String.concat "\n" lines
            raise (System.InvalidOperationException $"Failed: {text}")
