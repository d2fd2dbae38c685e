using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Losses;

/// <summary>Connectionist temporal classification: minus the logarithm of the probability of all paths through the states of each sample.</summary>
/// <param name="states">(N, S): the class that each state of each sample stands for, every other one the blank.</param>
/// <param name="skips">(N, S): whether a state may be entered from two before it.</param>
/// <param name="width">S, the number of states of the longest target: 2 · labels + 1.</param>
/// <param name="inputLengths">The frames of each sample.</param>
/// <param name="targetLengths">The labels of each sample.</param>
internal sealed unsafe class CTCPaths(int[] states, bool[] skips, int width, int[] inputLengths, int[] targetLengths) : RowLoss
{
    /// <summary>The losses of all samples, and, where asked for, their gradients by the logarithms of the probabilities, times an upstream.</summary>
    /// <param name="logProbabilities">(T, N, C)</param>
    /// <param name="classes">C</param>
    /// <param name="upstream">What the gradient of each sample is multiplied by: N, or one for all.</param>
    /// <param name="values">N</param>
    /// <param name="gradients">(T, N, C), or empty.</param>
    /// <param name="isSingle">Whether the results are rounded to float32 in the end.</param>
    internal void Run<S>(
        ReadOnlySpan<S> logProbabilities,
        int classes,
        ReadOnlySpan<double> upstream,
        Span<double> values,
        Span<S> gradients,
        bool isSingle
    )
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var samples = values.Length;
        fixed (
            S* x = logProbabilities,
                g = gradients
        )
        fixed (
            double* u = upstream,
                v = values
        )
        fixed (int* of = states)
        fixed (bool* may = skips)
        {
            var frames = samples == 0 ? 0 : logProbabilities.Length / classes / samples;
            var all = new CTCSamples<S>(x, g, u, upstream.Length == 1, of, may, samples, frames, classes, width);
            var to = v;
            Threads.Run(
                samples,
                Math.Min(Threads.Max, samples),
                (n, _) => to[n] = Loss(all[n, inputLengths[n], 2 * targetLengths[n] + 1], isSingle)
            );
        }
    }

    private static double Loss<S>(CTCSample<S> sample, bool isSingle)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (sample.Frames == 0)
        {
            sample.ClearFrom(0);
            return sample.Used == 1 ? 0 : double.PositiveInfinity;
        }
        var length = Math.Max(CTCRecursion<CTCLattice<Simd128, Vector128<double>>>.Length(sample), CTCLogLattice.Length(sample));
        if (!isSingle)
            length = Math.Max(length, CTCRecursion<CTCExactLattice<Simd128, Vector128<double>>>.Length(sample));
        var memory = ArrayPool<double>.Shared.Rent(length);
        try
        {
            fixed (double* start = memory)
            {
                // Probabilities have the digits of a float32, or in two parts those of a float64, unless the loss is very small or a logarithm very
                // large. Then it is their logarithms, of a small loss for the value alone: the shares of its paths have their digits.
                var loss =
                    Simd512.IsSupported ? Loss<S, Simd512, Vector512<double>>(sample, start, isSingle, out var hasGradient)
                    : Simd256.IsSupported ? Loss<S, Simd256, Vector256<double>>(sample, start, isSingle, out hasGradient)
                    : Loss<S, Simd128, Vector128<double>>(sample, start, isSingle, out hasGradient);
                if (!double.IsNaN(loss))
                    return loss;
                return Lane<Simd512, Vector512<double>, double>.IsSupported
                        ? CTCLogLattice.Loss<S, Lane<Simd512, Vector512<double>, double>>(sample, start, hasGradient)
                    : Lane<Simd256, Vector256<double>, double>.IsSupported
                        ? CTCLogLattice.Loss<S, Lane<Simd256, Vector256<double>, double>>(sample, start, hasGradient)
                    : CTCLogLattice.Loss<S, Lane<Simd128, Vector128<double>, double>>(sample, start, hasGradient);
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(memory);
        }
    }

    private static double Loss<S, TSimd, V>(in CTCSample<S> sample, double* memory, bool isSingle, out bool hasGradient)
        where S : unmanaged, IFloatingPointIeee754<S>
        where TSimd : struct, ISimd<V>
        where V : struct =>
        isSingle
            ? CTCRecursion<CTCLattice<TSimd, V>>.Loss(sample, memory, out hasGradient)
            : CTCRecursion<CTCExactLattice<TSimd, V>>.Loss(sample, memory, out hasGradient);
}
