using System.Globalization;
using System.Text.RegularExpressions;

namespace Losses.Tests;

/// <summary>One method's machine code, as the JIT printed it, and the calls in its loops.</summary>
internal sealed partial record Listing(string Name, IReadOnlyList<string> Lines)
{
    /// <summary>The listings of a file that the JIT wrote.</summary>
    internal static IEnumerable<Listing> Read(string path)
    {
        string? name = null;
        var lines = new List<string>();
        foreach (var line in File.ReadLines(path))
        {
            if (Header().Match(line) is { Success: true } header)
            {
                if (name is not null)
                    yield return new(name, lines);
                name = header.Groups["name"].Value;
                lines = [];
            }
            lines.Add(line);
        }
        if (name is not null)
            yield return new(name, lines);
    }

    /// <summary>Whether the method was optimized at its first call, as every kernel asks for.</summary>
    internal bool IsOptimized => Lines[0].Contains("(FullOpts)", StringComparison.Ordinal);

    /// <summary>How many backward jumps there are: a kernel without one was not understood.</summary>
    internal int Loops => _loops.Count;

    /// <summary>The calls between the target of a backward jump and the jump.</summary>
    internal IReadOnlyList<string> CallsInLoops =>
        [
            .. Lines
                .Where((line, i) => Call().IsMatch(line) && _loops.Any(loop => loop.Start <= i && i <= loop.End))
                .Select(line => line.Trim()["call".Length..].Trim()),
        ];

    private readonly List<(int Start, int End)> _loops = LoopsOf(Lines);

    private static List<(int Start, int End)> LoopsOf(IReadOnlyList<string> lines)
    {
        var labels = new Dictionary<string, int>();
        var loops = new List<(int, int)>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
                labels[label.Groups["label"].Value] = i;
            if (Jump().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups["label"].Value, out var target))
                loops.Add((target, i));
        }
        return loops;
    }

    /// <summary>Bytes of code.</summary>
    internal int Size =>
        Lines
            .Select(line => Total().Match(line))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture))
            .LastOrDefault();

    [GeneratedRegex(@"^; Assembly listing for method (?<name>[^(]*)")]
    private static partial Regex Header();

    [GeneratedRegex(@"^(?<label>G_M\w*_IG\d+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+j\w+\s+(SHORT\s+)?(?<label>G_M\w*_IG\d+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"^\s+call\s")]
    private static partial Regex Call();

    [GeneratedRegex(@"^; Total bytes of code (?<size>\d+)")]
    private static partial Regex Total();
}
