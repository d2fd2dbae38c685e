namespace Losses;

/// <summary>An operand of a loss, and what its elements must be.</summary>
/// <param name="Tensor">Broadcast to the values of the loss, or of those and the axes that they were made along.</param>
/// <param name="Domain">What each may be.</param>
/// <param name="Name">Of the caller's parameter.</param>
/// <param name="Shape">Of the caller's tensor, which has the same elements.</param>
/// <param name="Along">The axes of the tensor that the values were made along; absent for none.</param>
/// <param name="Weights">What its own elements weigh, of its shape; absent where each counts.</param>
internal readonly record struct Claim<T>(T Tensor, Domain Domain, string Name, Shape Shape, int[]? Along = null, T[]? Weights = null);

/// <summary>What the operands of a loss must be wherever an element counts: with a weight of 0 it does not, whatever it is.</summary>
/// <param name="values">The values of the loss: of the kernel that may have looked.</param>
/// <param name="claims">What is claimed of the operands.</param>
/// <param name="isWatched">Whether the values are those of a pointwise definition that claims the same: a kernel may have looked.</param>
/// <param name="weights">What the values were weighed with; each broadcasts to them.</param>
internal sealed class Claims<T>(T values, Claim<T>[] claims, bool isWatched, T[] weights)
    where T : ITensor<T>
{
    private bool _isKept;

    public Claims<T> Weighed(T weight) => new(values, claims, isWatched, [.. weights, weight]);

    // The kernel that weighs them is the one that looks.
    public Claims<T> Weighed(T weight, T weighed) => new(weighed, claims, isWatched, [.. weights, weight]);

    /// <exception cref="ArgumentOutOfRangeException">An element counts whose operand is outside its domain.</exception>
    public void Check()
    {
        if (_isKept)
            return;
        var seen = isWatched ? T.KeepsDomains(values) : null;
        var isAsked = seen is false || (seen is null && Domain.IsCheckedByReduction);
        if (isAsked && !Array.TrueForAll(claims, static claim => T.IsWithin(claim.Domain, claim.Tensor)))
            Refuse();
        _isKept = true;
    }

    private void Refuse()
    {
        var first = int.MaxValue;
        Claim<T> refused = default;
        foreach (var claim in claims)
            if (First(claim) is { } place && place < first)
                (first, refused) = (place, claim);
        if (first == int.MaxValue)
            return;
        var index = Whole(refused).Origin(first, refused.Tensor.Shape);
        var value = T.Least(T.Slice(Flat(T.Detach(refused.Tensor)), 0, index, 1));
        throw refused.Domain.Refused(refused.Name, refused.Shape.Rank == 0 ? "" : refused.Shape.Place(index), value);
    }

    // The first element that counts and is outside, of all that the operand broadcasts to. Each half is asked: the numbers stay where they are.
    private int? First(Claim<T> claim)
    {
        var whole = Whole(claim);
        var room = T.Expand(claim.Domain.Room(T.Detach(claim.Tensor)), whole);
        foreach (var weight in claim.Weights ?? [])
            room = Counting(weight, room);
        foreach (var weight in weights)
        {
            var along = T.Expand(T.Detach(weight), values.Shape);
            if (claim.Along is { } axes)
            {
                var kept = whole;
                foreach (var axis in axes)
                    kept = kept.With(axis, 1);
                along = T.Expand(T.Reshape(along, kept), whole);
            }
            room = Counting(along, room);
        }
        var flat = Flat(room);
        int start = 0,
            count = whole.Size;
        if (!HasOutside(start, count))
            return null;
        while (count > 1)
        {
            var half = count / 2;
            (start, count) = HasOutside(start, half) ? (start, half) : (start + half, count - half);
        }
        return start;

        // What does not count has room enough.
        static T Counting(T weight, T room) => T.IfLess(T.Constant(0), T.Abs(T.Detach(weight)), room, T.Constant(1));

        bool HasOutside(int start, int count) => T.Least(T.Slice(flat, 0, start, count)) < 0;
    }

    private Shape Whole(Claim<T> claim) => claim.Along is null ? values.Shape : claim.Tensor.Shape;

    private static T Flat(T x) => T.Reshape(x, [x.Shape.Size]);
}

/// <summary>What is claimed of the operands of all terms of a sum, in their order. To add a term copies nothing, however many there are.</summary>
internal sealed class ClaimsOfTerms<T>
    where T : ITensor<T>
{
    private readonly Claims<T>? _own;
    private readonly ClaimsOfTerms<T>? _first;
    private readonly ClaimsOfTerms<T>? _second;
    private bool _isKept;

    public ClaimsOfTerms(Claims<T> own) => _own = own;

    private ClaimsOfTerms(ClaimsOfTerms<T> first, ClaimsOfTerms<T> second) => (_first, _second) = (first, second);

    public static ClaimsOfTerms<T>? Both(ClaimsOfTerms<T>? first, ClaimsOfTerms<T>? second) =>
        first is null ? second
        : second is null ? first
        : new(first, second);

    /// <summary>Others in the place of each.</summary>
    public ClaimsOfTerms<T>? Of(Func<Claims<T>, Claims<T>> other)
    {
        ClaimsOfTerms<T>? others = null;
        foreach (var claims in Each(this, isAsked: false))
            others = Both(others, new(other(claims)));
        return others;
    }

    /// <exception cref="ArgumentOutOfRangeException">An element counts whose operand is outside its domain.</exception>
    public void Check()
    {
        foreach (var claims in Each(this, isAsked: true))
            claims.Check();
        _isKept = true;
    }

    // A long sum is a deep tree. What was found kept need not be asked again.
    private static IEnumerable<Claims<T>> Each(ClaimsOfTerms<T> all, bool isAsked)
    {
        var waiting = new Stack<ClaimsOfTerms<T>>([all]);
        while (waiting.TryPop(out var next))
            if (next._own is { } own)
                yield return own;
            else if (!isAsked || !next._isKept)
            {
                waiting.Push(next._second!);
                waiting.Push(next._first!);
            }
    }
}
