using System.Runtime.CompilerServices;
using Losses.FSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>No chain of losses or tensors overflows the stack, however long.</summary>
public class Depth
{
    private const int Length = 200_000;

    private readonly struct Squared : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T> => T.Constant(0.5) * (x - t) * (x - t);
    }

    private readonly struct Weighted : IPointwise3
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t, T w)
            where T : IReal<T> => T.Constant(0.5) * (x - t) + T.Constant(0.25) * w;
    }

    private static readonly DiffTensor<float> s_prediction = DiffTensor.Create(1f, -1f),
        s_target = DiffTensor.Create(0.5f, 0.25f);

    private static DiffTensor<float> Chain(DiffTensor<float> x)
    {
        for (var i = 0; i < Length; i++)
            x = DiffTensor<float>.Map(new Squared(), x, s_target);
        return x;
    }

    // Each is made of the one before it three times over: 3ⁿ paths to the first.
    private static DiffTensor<float> Braid(DiffTensor<float> x)
    {
        for (var i = 0; i < Length; i++)
            x = DiffTensor<float>.Map(new Weighted(), x, DiffTensor<float>.Map(new Squared(), x, x), x);
        return x;
    }

    private static void Read(DiffTensor<float> x) => Assert.True(float.IsFinite(x.ToArray()[0]));

    private static void A_chain() => Read(Chain(s_prediction));

    private static void A_chain_summed() => Read(Chain(s_prediction).Sum());

    private static void A_braid() => Read(Braid(s_prediction));

    private static void A_chain_and_its_gradient() => Read(Diff.grad(FSharpFunc(x => Chain(x).Sum()), s_prediction));

    private static void A_braid_and_its_gradient() => Read(Diff.grad(FSharpFunc(x => Braid(x).Mean()), s_prediction));

    private static LossValues<DiffTensor<float>> Structured(DiffTensor<float> x) =>
        Margin.multiMargin(1, 1, Weights.None, new Labels(1), DiffTensor<float>.Reshape(x, [1, 2]));

    private static void A_sum_of_structured_losses()
    {
        var logits = s_prediction;
        Read(
            Diff.grad(
                FSharpFunc(x =>
                {
                    var sum = Structured(x);
                    for (var i = 1; i < Length / 4; i++)
                        sum += 0.5 * Structured(x);
                    return Reduce.sum(sum);
                }),
                logits
            )
        );
    }

    // Each term claims the domain of its target, which is looked at.
    private static void A_sum_of_losses_with_domains()
    {
        DiffTensor<float> target = DiffTensor.Create(0.5f, 0.25f);
        LossValues<DiffTensor<float>> Sum(DiffTensor<float> x, DiffTensor<float> last)
        {
            var sum = Binary.bceWithLogits(target, x);
            for (var i = 1; i < Length / 2; i++)
                sum += 0.5 * Binary.bceWithLogits(target, x);
            return sum + Binary.bceWithLogits(last, x);
        }
        Read(Diff.grad(FSharpFunc(x => Reduce.mean(Sum(x, target))), s_prediction));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sum(s_prediction, DiffTensor.Create(0.5f, 2f)).Values);
    }

    private static void A_sum_of_reduced_losses() =>
        Read(
            Diff.grad(
                FSharpFunc(x =>
                {
                    var sum = Reduce.mean(Structured(x));
                    for (var i = 1; i < Length / 4; i++)
                        sum += 0.5 * Reduce.mean(Structured(x));
                    return sum;
                }),
                s_prediction
            )
        );

    private static Microsoft.FSharp.Core.FSharpFunc<DiffTensor<float>, DiffTensor<float>> FSharpFunc(
        Converter<DiffTensor<float>, DiffTensor<float>> f
    ) => f;

    public static TheoryData<string> Cases =>
        [
            nameof(A_chain),
            nameof(A_chain_summed),
            nameof(A_braid),
            nameof(A_chain_and_its_gradient),
            nameof(A_braid_and_its_gradient),
            nameof(A_sum_of_structured_losses),
            nameof(A_sum_of_losses_with_domains),
            nameof(A_sum_of_reduced_losses),
        ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Has_no_limit(string name) =>
        Child.Runs(
            name switch
            {
                nameof(A_chain) => A_chain,
                nameof(A_chain_summed) => A_chain_summed,
                nameof(A_braid) => A_braid,
                nameof(A_chain_and_its_gradient) => A_chain_and_its_gradient,
                nameof(A_braid_and_its_gradient) => A_braid_and_its_gradient,
                nameof(A_sum_of_structured_losses) => A_sum_of_structured_losses,
                nameof(A_sum_of_losses_with_domains) => A_sum_of_losses_with_domains,
                _ => A_sum_of_reduced_losses,
            }
        );
}
