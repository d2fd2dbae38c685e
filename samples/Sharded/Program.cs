using System.Diagnostics;
using System.Globalization;
using Losses;
using Losses.Orleans;
using Losses.Sharded;
using Spectre.Console;

if (args is ["silo", var silo, var gateway, var primary, var count])
{
    await Silos.Run(Number(silo), Number(gateway), Number(primary), long.Parse(count, CultureInfo.InvariantCulture));
    return 0;
}
var rows = args is ["--rows", var given] ? long.Parse(given, CultureInfo.InvariantCulture) : 10_000_000;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

// What a run comes to, bit by bit.
(string Name, Classifier Classifier, int Steps, float Rate)[] models =
[
    ("digits", new(new Digits()), 20, 0.5f),
    ("generated", new(new Generated(rows)), 2, 1),
];

var expected = new List<string>();
var isSame = true;

await AnsiConsole
    .Progress()
    .Columns(
        new TaskDescriptionColumn { Alignment = Justify.Left },
        new ProgressBarColumn(),
        new PercentageColumn(),
        new ElapsedTimeColumn()
    )
    .StartAsync(async progress =>
    {
        await Run(progress, "one process", expected, Here);
        foreach (var (silos, isKilled) in new[] { (1, false), (2, false), (4, false), (4, true) })
        {
            await using var cluster = await Silos.Start(silos, rows);
            var results = new List<string>();
            var killed = !isKilled;
            await Run(
                progress,
                $"{silos} silo{(silos == 1 ? "" : "s")}{(isKilled ? ", one killed" : "")}",
                results,
                async (model, parameters, hasGradient, told) =>
                {
                    ShardParts? parts = null;
                    var request = new EvaluationRequest(model.Of.Name, 8 * silos, parameters, hasGradient);
                    await foreach (var state in cluster.Grains.Evaluate(request))
                    {
                        // In the middle of the first step of the large set.
                        if (!killed && model.Of is Generated && state.Rows > state.AllRows / 3)
                        {
                            killed = true;
                            cluster.KillOne();
                        }
                        told(state.Rows);
                        parts = state.Result ?? parts;
                    }
                    return parts!;
                }
            );
            isSame &= killed && results.SequenceEqual(expected);
        }
    });

AnsiConsole.MarkupLine(isSame ? "[green]All runs gave the same bits.[/]" : "[red]The runs differ.[/]");
return isSame ? 0 : 1;

async Task Run(
    ProgressContext progress,
    string name,
    List<string> results,
    Func<Classifier, float[], bool, Action<long>, Task<ShardParts>> evaluate
)
{
    foreach (var (set, model, steps, rate) in models)
    {
        var bar = progress.AddTask($"{name}: {set}", maxValue: (double)model.Of.Count * (steps + 1));
        var parameters = new float[model.Parameters];
        var started = Stopwatch.GetTimestamp();
        for (var step = 0; ; step++)
        {
            var done = step * model.Of.Count;
            var parts = await evaluate(model, parameters, step < steps, of => bar.Value = Math.Max(bar.Value, done + of));
            results.Add($"{parts.Value.Sum:R} / {parts.Value.Weight:R}");
            if (step == steps)
            {
                bar.Value = bar.MaxValue;
                AnsiConsole.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name, -20} {set, -10} mean {parts.Value.Mean:R} of {parts.Rows} rows; {(steps + 1) * parts.Rows / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e6:0.00} million rows/s"
                    )
                );
                break;
            }
            var gradient = parts.MeanGradient();
            for (var i = 0; i < parameters.Length; i++)
                parameters[i] -= rate * gradient[i];
        }
        results.Add(Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(parameters.AsSpan())));
    }
}

// On all cores of this process, without a silo.
static Task<ShardParts> Here(Classifier model, float[] parameters, bool hasGradient, Action<long> told)
{
    const int Rows = 1 << 16;
    var total = new ShardParts(model.Loss, hasGradient ? model.Parameters : 0);
    Threads.Max = 1;
    Parallel.For(
        0,
        (model.Of.Count + Rows - 1) / Rows,
        i =>
        {
            var (first, count) = (i * Rows, Math.Min(Rows, model.Of.Count - i * Rows));
            var parts = new ShardParts(model.Loss, hasGradient ? model.Parameters : 0) { Rows = count };
            model.Add(first, count, parameters, parts, CancellationToken.None);
            lock (total)
            {
                total.Merge(parts);
                told(total.Rows);
            }
        }
    );
    return Task.FromResult(total);
}
