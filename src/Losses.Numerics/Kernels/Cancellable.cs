namespace Losses;

/// <summary>Work that can be called off: losses, their gradients and any other computation of this library.</summary>
/// <remarks>
/// What a loss of tensors costs is spread over its value, a reading that asks for it, and its gradient; so the token is not an argument of
/// each, but goes with all that runs inside. Functions over the caller's own memory take it as an argument.
/// </remarks>
public static class Cancellable
{
    [ThreadStatic]
    private static CancellationToken t_token;

    // Of the work under way on this thread.
    internal static CancellationToken Token
    {
        get => t_token;
        set => t_token = value;
    }

    /// <summary>Runs work that stops, within a tenth of a second as a rule, once a token is cancelled.</summary>
    /// <param name="work">What to run, on this thread; kernels inside use others besides.</param>
    /// <param name="cancellationToken">Calls it off. Inside another such call both tokens do.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static T Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var outer = t_token;
        using var both =
            outer.CanBeCanceled && cancellationToken.CanBeCanceled && outer != cancellationToken
                ? CancellationTokenSource.CreateLinkedTokenSource(outer, cancellationToken)
                : null;
        t_token = both?.Token ?? (cancellationToken.CanBeCanceled ? cancellationToken : outer);
        try
        {
            Check();
            return work();
        }
        catch (OperationCanceledException e) when (both is not null && e.CancellationToken == both.Token)
        {
            // The caller knows its own token only.
            cancellationToken.ThrowIfCancellationRequested();
            outer.ThrowIfCancellationRequested();
            throw;
        }
        finally
        {
            t_token = outer;
        }
    }

    /// <summary>Runs work that stops, within a tenth of a second as a rule, once a token is cancelled.</summary>
    /// <param name="work">What to run, on this thread; kernels inside use others besides.</param>
    /// <param name="cancellationToken">Calls it off. Inside another such call both tokens do.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static void Run(Action work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        _ = Run(
            () =>
            {
                work();
                return true;
            },
            cancellationToken
        );
    }

    // Asked between parts that take a millisecond or so.
    internal static void Check() => t_token.ThrowIfCancellationRequested();
}
