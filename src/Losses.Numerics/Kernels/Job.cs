using System.Runtime.CompilerServices;

namespace Losses;

// What a kernel was asked for, in pinned memory, and how it is cut: chunks go to threads, blocks of a chunk stay in the first cache,
// and what is left of the last block is padded to a whole lane, so that an element's result does not depend on where it stands.
internal sealed unsafe class Job<F, TStorage>(F f, int length)
    where F : struct, IPointwise3
    where TStorage : unmanaged
{
    // The inputs: x, t and v. The outputs: the derivatives by each, and the values.
    public const int Values = 3;

    private const int Inputs = 3;
    private const int Outputs = 4;
    private const int BlockLength = 1024;

    // Where the values are all that is kept of a block, it may be longer.
    private const int LongBlock = 2 * BlockLength;

    // A thread is woken for some ten microseconds of work at the least, about the time that it takes to wake it. It takes its share in small
    // chunks, so that the threads end together; in long ones where there is much to do, since what the end of a chunk asks the memory for
    // is another thread's.
    private const int Share = 32 * BlockLength;
    private const int ShortChunk = 8 * BlockLength;
    private const int LongChunk = 64 * BlockLength;

    private readonly TStorage*[] _inputs = new TStorage*[Inputs];
    private readonly bool[] _isConstant = new bool[Inputs];
    private readonly TStorage*[] _outputs = new TStorage*[Outputs];
    private readonly Term<TStorage>[] _terms = TermsOf(f);

    // The derivative from above, where it is not the same for all: as it is stored, or in float64, where each stands for so many elements.
    private TStorage* _upstream;
    private double* _wideUpstream;
    private int _repeat = 1;
    private double _weight = 1;

    // Whether the derivative by x is the second one, and the first takes the place of the values.
    public bool IsSecond { get; init; }

    public bool IsSummed { get; init; }

    // Looks for numbers outside the loss's domains, where it has any.
    public Watch? Watch { get; init; }

    // An operand of length 1 stands for the same number at every index.
    public void Read(int index, TStorage* start, int count)
    {
        _inputs[index] = count == 0 ? null : start;
        _isConstant[index] = count == 0 || (count == 1 && length != 1);
    }

    // The derivative from above, times the scale, is taken in float64. Where it is the same for all it is one number.
    public void Weigh(TStorage* upstream, int count, double scale)
    {
        _weight = count == 1 ? scale * Widen(*upstream) : scale;
        _upstream = count == 1 ? null : upstream;
    }

    // The same of float64 numbers, each for so many elements that follow each other.
    public void Weigh(double* upstream, int repeat)
    {
        _wideUpstream = upstream;
        _repeat = repeat;
    }

    private bool HasUpstream => _upstream is not null || _wideUpstream is not null;

    public void Write(int index, TStorage* start, int count) => _outputs[index] = count == 0 ? null : start;

    // The exact sum of the values, where it is wanted.
    public ExactSum? Run()
    {
        if (Watch is { } watch && length > 0)
            for (var i = 0; i < Inputs; i++)
                if (_isConstant[i] && _inputs[i] is not null)
                    watch.Look(i, _inputs[i], 1, 0, null);
        var workers = Math.Min(Threads.Max, length / Share);
        Cancellable.Check();
        // A long job is cut for one thread too, so that it can be called off.
        var sum = workers > 1 || length > LongChunk ? RunOn(Math.Max(1, workers)) : RunPart(0, length, IsSummed ? new ExactSum() : null);
        Watch?.End();
        return sum;
    }

    private ExactSum? RunOn(int workers)
    {
        var chunk = Math.Clamp(length / (16 * workers) / BlockLength * BlockLength, ShortChunk, LongChunk);
        var chunks = Cut.Count(length, chunk);
        var sums = new ExactSum?[workers];
        Threads.Run(
            chunks,
            workers,
            (index, worker) =>
            {
                var start = index * chunk;
                RunPart(start, Math.Min(chunk, length - start), IsSummed ? sums[worker] ??= new ExactSum() : null);
            }
        );
        if (!IsSummed)
            return null;
        var total = sums[0] ?? new ExactSum();
        foreach (var sum in sums.AsSpan(1))
            if (sum is not null)
                total.Merge(sum);
        return total;
    }

    private ExactSum? RunPart(int start, int count, ExactSum? sum)
    {
        Widest.Run<TStorage, Chunk>(new(this, start, count, sum));
        return sum;
    }

    private readonly struct Chunk(Job<F, TStorage> job, int start, int count, ExactSum? sum) : IWork<TStorage>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, TStorage> => job.RunChunk<TLane>(start, count, sum);
    }

    // For a test: the whole job with lanes of a given width.
    internal ExactSum? RunWith<TLane>()
        where TLane : struct, ILane<TLane, TStorage>
    {
        var sum = IsSummed ? new ExactSum() : null;
        RunChunk<TLane>(0, length, sum);
        return sum;
    }

    [SkipLocalsInit]
    private void RunChunk<TLane>(int start, int count, ExactSum? sum)
        where TLane : struct, ILane<TLane, TStorage>
    {
        var inputs = stackalloc TStorage*[Inputs];
        var outputs = stackalloc TStorage*[Outputs];
        var padded = stackalloc TStorage[(Inputs + Outputs) * TLane.Count];
        var buffers = 0;
        for (var i = 0; i < Inputs; i++)
            buffers += _isConstant[i] ? 1 : 0;
        var derivatives = 0;
        for (var i = 0; i < Values; i++)
            derivatives += _outputs[i] is null ? 0 : 1;
        var block = Math.Min(
            buffers == 0 && derivatives <= 1 && _terms.Length == 0 ? LongBlock : BlockLength,
            (count + TLane.Count - 1) / TLane.Count * TLane.Count
        );
        var room = stackalloc TStorage[(buffers + 1 + Values) * block + Memory.Line / sizeof(TStorage)];
        var memory = room + Memory.ToLine(room) / sizeof(TStorage);
        var isCopied = HasUpstream && (_wideUpstream is null || _repeat > 1);
        var above = stackalloc double[isCopied ? block + TLane.Count : TLane.Count];
        // What the terms of a sum add up, before it is rounded.
        var sums = stackalloc double[_terms.Length == 0 ? 0 : 4 * block + Memory.Line / sizeof(double)];
        sums += Memory.ToLine(sums) / sizeof(double);

        for (var i = 0; i < Inputs; i++)
        {
            inputs[i] = _isConstant[i] ? memory : _inputs[i];
            if (_isConstant[i])
            {
                new Span<TStorage>(memory, block).Fill(_inputs[i] is null ? default : *_inputs[i]);
                memory += block;
            }
            else if (inputs[i] is not null)
                inputs[i] += start;
        }
        for (var i = 0; i < Outputs; i++)
            outputs[i] = _outputs[i] is null ? null : _outputs[i] + start;
        // Where several derivatives are wanted each waits until the last is computed: its place may be that of an input.
        var waiting = derivatives > 1 ? memory + block : null;
        var isStreamed = derivatives == 1 && !IsSecond && IsStreamed();

        // The first of several blocks ends where a cache line of the result begins: what crosses a line is stored twice.
        var here = count > block ? FirstBlock(outputs, block) : block;
        // Where only derivatives are wanted an element without weight may be anything.
        var isDerivative = IsSecond || (!IsSummed && outputs[Values] is null);
        for (var at = 0; at < count; at += here, here = block)
        {
            here = Math.Min(here, count - at);
            var whole = here / TLane.Count * TLane.Count;
            if (IsSummed)
                outputs[Values] = memory;
            var upstream = HasUpstream ? Above<TLane>(start + at, here, above) : null;
            if (Watch is { } watch && !(isDerivative && _weight == 0))
                for (var i = 0; i < Inputs; i++)
                    if (inputs[i] is not null && !_isConstant[i])
                        watch.Look(i, inputs[i], here, start + at, isDerivative ? upstream : null);
            RunBlock<TLane>(inputs, outputs, waiting, upstream, sums, whole, isStreamed && at > 0);
            if (whole < here)
            {
                if (upstream is not null)
                {
                    // It has room for a whole lane where it is a copy.
                    if (!isCopied)
                        new ReadOnlySpan<double>(upstream + whole, here - whole).CopyTo(new(above, TLane.Count));
                    upstream = isCopied ? upstream + whole : above;
                    new Span<double>(upstream + here - whole, TLane.Count - (here - whole)).Clear();
                }
                RunRest<TLane>(inputs, outputs, waiting, upstream, sums, whole, here - whole, padded);
            }
            if (sum is not null)
                Add(sum, memory, here, isStreamed ? new(inputs[0] + here + block, inputs[1] + here + block) : default);
            for (var i = 0; i < Inputs; i++)
                if (inputs[i] is not null && !_isConstant[i])
                    inputs[i] += here;
            for (var i = 0; i < Outputs; i++)
                if (outputs[i] is not null)
                    outputs[i] += here;
        }
        // Nobody may see what is written later, and these not.
        if (isStreamed)
            Thread.MemoryBarrier();
    }

    // What comes from above to the elements from a place on, in float64.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double* Above<TLane>(int start, int count, double* copy)
        where TLane : struct, ILane<TLane, TStorage>
    {
        if (_wideUpstream is null)
        {
            var from = _upstream + start;
            var whole = count / TLane.Count * TLane.Count;
            for (nuint i = 0; i < (nuint)whole; i += (nuint)TLane.Count)
                TLane.StoreNumbers(TLane.Load(in *from, i), ref *copy, i);
            for (var i = whole; i < count; i++)
                copy[i] = Widen(from[i]);
            return copy;
        }
        if (_repeat == 1)
            return _wideUpstream + start;
        for (var i = 0; i < count; )
        {
            int each = (start + i) / _repeat,
                part = Math.Min(count - i, _repeat - (start + i) % _repeat);
            new Span<double>(copy + i, part).Fill(_wideUpstream[each]);
            i += part;
        }
        return copy;
    }

    // Whether the derivatives go past the cache: where they are many, whole numbers of their size apart, and not written over what is read.
    private bool IsStreamed()
    {
        if (!Memory.IsStreamed((long)length * sizeof(TStorage)))
            return false;
        for (var by = 0; by < Values; by++)
        {
            var output = _outputs[by];
            if ((nint)output % sizeof(TStorage) != 0)
                return false;
            for (var i = 0; i < Inputs; i++)
                if (output is not null && output == _inputs[i])
                    return false;
        }
        return true;
    }

    // Less than a block by as much as makes the next one begin with a cache line.
    private static int FirstBlock(TStorage** outputs, int block)
    {
        for (var by = 0; by < Values; by++)
            if (outputs[by] is not null)
                return block - (Memory.Line - Memory.ToLine(outputs[by])) % Memory.Line / sizeof(TStorage);
        return block;
    }

    private void RunRest<TLane>(
        TStorage** inputs,
        TStorage** outputs,
        TStorage* waiting,
        double* upstream,
        double* sums,
        int at,
        int count,
        TStorage* padded
    )
        where TLane : struct, ILane<TLane, TStorage>
    {
        var pointers = stackalloc TStorage*[Inputs + Outputs];
        new Span<TStorage>(padded, (Inputs + Outputs) * TLane.Count).Clear();
        for (var i = 0; i < Inputs + Outputs; i++)
        {
            var place = i < Inputs ? inputs[i] : outputs[i - Inputs];
            pointers[i] = place is null ? null : padded + i * TLane.Count;
            if (place is not null && i < Inputs)
                new ReadOnlySpan<TStorage>(place + at, count).CopyTo(new(pointers[i], count));
        }
        RunBlock<TLane>(pointers, pointers + Inputs, waiting, upstream, sums, TLane.Count, isStreamed: false);
        for (var i = 0; i < Outputs; i++)
            if (outputs[i] is not null)
                new ReadOnlySpan<TStorage>(pointers[Inputs + i], count).CopyTo(new(outputs[i] + at, count));
    }

    private void RunBlock<TLane>(
        TStorage** inputs,
        TStorage** outputs,
        TStorage* waiting,
        double* upstream,
        double* sums,
        int n,
        bool isStreamed
    )
        where TLane : struct, ILane<TLane, TStorage>
    {
        var operands = new Operands<TStorage>
        {
            X = inputs[0],
            T = inputs[1],
            V = inputs[2],
            Upstream = upstream,
            Weight = _weight,
            Values = outputs[Values],
            IsStreamed = isStreamed,
        };
        var isWanted = false;
        for (var by = 0; by < Values; by++)
        {
            if (outputs[by] is null)
                continue;
            operands.Gradient = waiting is null ? outputs[by] : waiting + by * n;
            if (by == 0)
                RunBy<TLane, First>(operands, n, sums);
            else if (by == 1)
                RunBy<TLane, Second>(operands, n, sums);
            else
                RunBy<TLane, Third>(operands, n, sums);
            if (_weight == 0 && operands.Upstream is null)
                new Span<TStorage>(operands.Gradient, n).Clear();
            // The values come with the first derivative.
            operands.Values = null;
            isWanted = true;
        }
        if (!isWanted && operands.Values is not null)
            RunValues<TLane>(operands, n, sums);
        if (waiting is not null)
            for (var by = 0; by < Values; by++)
                if (outputs[by] is not null)
                    new ReadOnlySpan<TStorage>(waiting + by * n, n).CopyTo(new(outputs[by], n));
    }

    private void RunValues<TLane>(in Operands<TStorage> operands, int n, double* sums)
        where TLane : struct, ILane<TLane, TStorage>
    {
        if (_terms.Length == 0)
        {
            Loop.Values<F, TLane, TStorage>(f, operands, n);
            return;
        }
        var part = sums + n;
        for (var i = 0; i < _terms.Length; i++)
        {
            _terms[i].Values<TLane>(operands, n, i == 0 ? sums : part);
            AddTerm<TLane, No>(i, sums, part, n);
        }
        Loop.Round<TLane, TStorage>(operands, n, sums, part, _terms[^1].Scale);
    }

    // The first term's numbers are the sum's, but for what it is multiplied by; the last are added when all are rounded.
    private void AddTerm<TLane, TSlopes>(int term, double* sums, double* part, int n)
        where TLane : struct, ILane<TLane, TStorage>
        where TSlopes : IChoice
    {
        var scale = _terms[term].Scale;
        if (term == 0 && scale != 1)
            Loop.Add<TLane, TStorage, TSlopes>(sums, scale, n, sums, isFirst: true);
        else if (term > 0 && term < _terms.Length - 1)
            Loop.Add<TLane, TStorage, TSlopes>(part, scale, n, sums, isFirst: false);
    }

    private void RunBy<TLane, TBy>(in Operands<TStorage> operands, int n, double* sums)
        where TLane : struct, ILane<TLane, TStorage>
        where TBy : IOperand
    {
        if (operands.Upstream is null)
            RunBy<TLane, TBy, Yes>(operands, n, sums);
        else
            RunBy<TLane, TBy, No>(operands, n, sums);
    }

    private void RunBy<TLane, TBy, TUniform>(in Operands<TStorage> operands, int n, double* sums)
        where TLane : struct, ILane<TLane, TStorage>
        where TBy : IOperand
        where TUniform : IChoice
    {
        if (_terms.Length > 0)
            RunTerms<TLane, TBy, TUniform>(operands, n, sums);
        else if (IsSecond)
            Loop.Curvature<F, TLane, TStorage, TUniform>(f, operands, n);
        else if (operands.Values is not null)
            Loop.Gradient<F, TLane, TStorage, TBy, TUniform, Yes>(f, operands, n);
        else
            Loop.Gradient<F, TLane, TStorage, TBy, TUniform, No>(f, operands, n);
    }

    // Nothing is written before every term has read its operands: the place of a result may be that of one.
    private void RunTerms<TLane, TBy, TUniform>(in Operands<TStorage> operands, int n, double* sums)
        where TLane : struct, ILane<TLane, TStorage>
        where TBy : IOperand
        where TUniform : IChoice
    {
        double* slopes = sums + n,
            part = slopes + n,
            slopesPart = part + n;
        for (var i = 0; i < _terms.Length; i++)
        {
            double* own = i == 0 ? sums : part,
                ownSlopes = i == 0 ? slopes : slopesPart;
            if (IsSecond)
                _terms[i].Curvatures<TLane>(operands, n, own, ownSlopes);
            else
                _terms[i].Slopes<TLane, TBy>(operands, n, own, ownSlopes);
            if (IsSecond)
                AddTerm<TLane, Yes>(i, sums, part, n);
            else if (operands.Values is not null)
                AddTerm<TLane, No>(i, sums, part, n);
            AddTerm<TLane, Yes>(i, slopes, slopesPart, n);
        }
        var scale = _terms[^1].Scale;
        if (IsSecond)
            Loop.Weigh<TLane, TStorage, TUniform>(operands, n, sums, part, scale, operands.Values);
        else if (operands.Values is not null)
            Loop.Round<TLane, TStorage>(operands, n, sums, part, scale);
        Loop.Weigh<TLane, TStorage, TUniform>(operands, n, slopes, slopesPart, scale, operands.Gradient);
    }

    // A sum of losses has a loop for each; whether it is one is known from its type.
    public static bool IsSum => s_isSum;

    private static readonly bool s_isSum = ListTerms(default).Count > 1;

    private static Term<TStorage>[] TermsOf(F f) => s_isSum ? [.. ListTerms(f)] : [];

    private static List<Term<TStorage>> ListTerms(F f)
    {
        var terms = new List<Term<TStorage>>();
        if (f is ITerms sum)
            sum.Collect(terms);
        return terms;
    }

    private static double Widen(TStorage value) =>
        typeof(TStorage) == typeof(float) ? Unsafe.BitCast<TStorage, float>(value) : Unsafe.BitCast<TStorage, double>(value);

    private static void Add(ExactSum sum, TStorage* values, int count, Block.Next next)
    {
        if (typeof(TStorage) == typeof(float))
            sum.Add(new ReadOnlySpan<float>(values, count), next);
        else
            sum.Add(new ReadOnlySpan<double>(values, count));
    }
}
