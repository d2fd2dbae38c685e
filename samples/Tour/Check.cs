using System.Runtime.CompilerServices;
using Tensor = Losses.DiffTensor<double>;

namespace Losses.Tour;

/// <summary>Numbers that the library computed, beside the ones they should be, both as PyTorch prints them.</summary>
internal sealed class Check
{
    private Check(string code, Tensor computed, string source, Tensor expected)
    {
        (Code, Source) = (code, source);
        Columns = computed.Shape.Rank == 0 ? 1 : computed.Shape[-1];
        Computed = Print(computed);
        Expected = Print(expected);
        Wrong = computed.Shape == expected.Shape ? Enumerable.Range(0, Computed.Length).Count(i => !AgreesAt(i)) : Computed.Length;
    }

    /// <summary>The expression that computed them.</summary>
    public string Code { get; }

    /// <summary>Where the expected numbers come from.</summary>
    public string Source { get; }

    /// <summary>How many numbers stand on a line.</summary>
    public int Columns { get; }

    public string[] Computed { get; }

    public string[] Expected { get; }

    /// <summary>How many numbers print differently; all, where there are more or fewer than expected.</summary>
    public int Wrong { get; }

    public bool AgreesAt(int i) => Computed.ElementAtOrDefault(i) == Expected.ElementAtOrDefault(i);

    /// <summary>Against what PyTorch printed.</summary>
    public static Check PyTorch(Tensor computed, Tensor printed, [CallerArgumentExpression(nameof(computed))] string code = "") =>
        new(code, computed, "PyTorch", printed);

    /// <summary>Against the row that PyTorch printed.</summary>
    public static Check PyTorch(Tensor computed, double[] printed, [CallerArgumentExpression(nameof(computed))] string code = "") =>
        new(code, computed, "PyTorch", DiffTensor.Create(printed));

    /// <summary>Against the textbook's formula, computed with loops and System.Math alone.</summary>
    public static Check ByHand(Tensor computed, Tensor value, [CallerArgumentExpression(nameof(computed))] string code = "") =>
        new(code, computed, "by hand", value);

    private static string[] Print(Tensor values) => [.. values.ToArray().Select(value => value.ToString("F4"))];
}
