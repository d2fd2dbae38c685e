namespace Losses.Tests;

/// <summary>What the kernels' loops may hold.</summary>
internal static class Report
{
    /// <summary>Every method of the library's kernels.</summary>
    internal const string Patterns =
        "Losses.Loop:* Losses.CrossEntropyJob*:* Losses.FloatRows*:* Losses.VectorRows*:* Losses.CTC*:* Losses.Block*:* Losses.Differences*:* Losses.MultiLabelRows*:*";

    // What the arithmetic consists of. A row may call a method for its parts; a number may not.
    private static readonly string[] s_arithmetic =
    [
        "Losses.Lane",
        "Losses.Dual",
        "Losses.Simd",
        "Losses.TwoOf",
        "Losses.FSharp.",
        "Losses.Tests.",
    ];

    // A power of any exponent is a method of its own: inlined, it alone would fill a kernel past the limit.
    private const string Power = ":PowerOf(";

    /// <summary>Prints each kernel with a call in its loop, and returns 1 if there is one.</summary>
    internal static int Print(IEnumerable<Listing> listings, bool isVerbose)
    {
        var kernels = listings.Where(listing => listing.IsOptimized).ToArray();
        int found = 0,
            known = 0;
        foreach (var kernel in kernels)
        {
            var calls = kernel.CallsInLoops.Where(call => (IsElementwise(kernel) || IsArithmetic(call)) && !IsPower(call)).ToArray();
            if (isVerbose)
                Console.WriteLine($"{kernel.Size, 6} bytes, {kernel.Loops, 3} loops, {calls.Length} calls: {kernel.Name}");
            if (calls.Length == 0)
                continue;
            // The definition that must be found: a check of this check.
            if (kernel.Name.Contains(nameof(TooLarge), StringComparison.Ordinal))
            {
                known++;
                continue;
            }
            found++;
            Console.WriteLine(
                $"{kernel.Name}: {calls.Length} calls in its loops, such as\n    {string.Join("\n    ", calls.Distinct().Take(3))}"
            );
        }
        Console.WriteLine($"{kernels.Length} kernels, {found} with a call in a loop");
        if (known == 0)
            Console.WriteLine("The definition that is too large for the JIT was not found: this program no longer sees calls.");
        if (!kernels.Any(IsElementwise))
            Console.WriteLine("No kernel of a pointwise loss was found.");
        return known > 0 && found == 0 && kernels.Any(IsElementwise) ? 0 : 1;
    }

    private static bool IsElementwise(Listing kernel) => kernel.Name.StartsWith("Losses.Loop:", StringComparison.Ordinal);

    private static bool IsPower(string call) => call.Contains(Power, StringComparison.Ordinal);

    private static bool IsArithmetic(string call) => s_arithmetic.Any(name => call.StartsWith('[' + name, StringComparison.Ordinal));
}
