namespace Losses.Tests;

/// <summary>What the kernels' loops may hold.</summary>
internal static class Report
{
    /// <summary>Every method of the library's kernels.</summary>
    internal const string Patterns =
        "Losses.Loop:* Losses.Softmax*:* Losses.FloatRows*:* Losses.VectorRows*:* Losses.CTC*:* Losses.Block*:* Losses.Differences*:* Losses.PairsJob*:Values Losses.PairsJob*:Firsts Losses.PairsJob*:Seconds Losses.SumsJob*:AlongWay Losses.SumsJob*:AcrossRow Losses.SumsJob*:Slopes Losses.Product:Twelve Losses.Product:Six Losses.Product:Weighed Losses.Product:Side Losses.Product:Turned Losses.LinearRows:Sum";

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

    // Methods of their own: a power of any exponent, which inlined would fill a kernel past the limit by itself, and the derivatives of the
    // digamma function, a dozen divisions each.
    private static readonly string[] s_known = [":PowerOf(", ":Polygamma("];

    /// <summary>Prints each kernel with a call in its loop, and returns 1 if there is one.</summary>
    internal static int Print(IEnumerable<Listing> listings, bool isVerbose)
    {
        var kernels = listings.Where(listing => listing.IsOptimized).ToArray();
        int found = 0,
            known = 0;
        foreach (var kernel in kernels)
        {
            var calls = kernel.CallsInLoops.Where(call => (IsElementwise(kernel) || IsArithmetic(call)) && !IsKnown(call)).ToArray();
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

    private static bool IsElementwise(Listing kernel) =>
        kernel.Name.StartsWith("Losses.Loop:", StringComparison.Ordinal)
        || kernel.Name.StartsWith("Losses.SumsJob", StringComparison.Ordinal)
        || kernel.Name.StartsWith("Losses.Product", StringComparison.Ordinal)
        || kernel.Name.StartsWith("Losses.PairsJob", StringComparison.Ordinal);

    private static bool IsKnown(string call) => s_known.Any(name => call.Contains(name, StringComparison.Ordinal));

    private static bool IsArithmetic(string call) => s_arithmetic.Any(name => call.StartsWith('[' + name, StringComparison.Ordinal));
}
