using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <inheritdoc cref="Generation.criticOfReal"/>
    public static LossValues<T> CriticOfReal<T>(T logits, Adversarial form = Generation.AdversarialForm)
        where T : ITensor<T> => Generation.criticOfReal(form, logits);

    /// <inheritdoc cref="Generation.criticOfFake"/>
    public static LossValues<T> CriticOfFake<T>(T logits, Adversarial form = Generation.AdversarialForm)
        where T : ITensor<T> => Generation.criticOfFake(form, logits);

    /// <inheritdoc cref="Generation.generator"/>
    public static LossValues<T> Generator<T>(T logits, Adversarial form = Generation.AdversarialForm)
        where T : ITensor<T> => Generation.generator(form, logits);

    /// <inheritdoc cref="Generation.standardNormalKL"/>
    public static LossValues<T> StandardNormalKL<T>(T mean, T logVariance)
        where T : ITensor<T> => Generation.standardNormalKL(logVariance, mean);

    /// <inheritdoc cref="Generation.normalKL"/>
    public static LossValues<T> NormalKL<T>(T mean1, T logVariance1, T mean2, T logVariance2)
        where T : ITensor<T> => Generation.normalKL(logVariance2, mean2, logVariance1, mean1);
}
