using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>InfoNCE with the negatives of the batch: cross-entropy of each query's similarities to all keys, of which the one in its own row is the right one. No
    /// similarities are stored but those of a block of rows.</summary>
    /// <param name="queries">(N, D)</param>
    /// <param name="keys">(N, D), whose row n belongs to the query of row n.</param>
    /// <param name="temperature">τ, one number above 0, () or (1), usually 0.07: what similarities are divided by; it may be learned.</param>
    /// <param name="normalized">Whether a similarity is the cosine, of vectors made as long as 1; else it is the dot product.</param>
    /// <param name="symmetric">Whether the keys look for their queries, too, as in CLIP: the loss of a pair is then the mean of both.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0.</exception>
    /// <remarks>−log(exp(s_nn / τ) / Σ_m exp(s_nm / τ)) with s_nm = u_n·v_m, in nats, one for each pair. Source: van den Oord, Li and Vinyals (2018);
    /// symmetric: Radford et al., CLIP (2021).</remarks>
    public static LossValues<T> InfoNCE<T>(
        T queries,
        T keys,
        T temperature,
        bool normalized = FSharp.Contrastive.InfoNCENormalized,
        bool symmetric = FSharp.Contrastive.InfoNCESymmetric
    )
        where T : ITensor<T> => FSharp.Contrastive.infoNCE(normalized, symmetric, temperature, keys, queries);
}
