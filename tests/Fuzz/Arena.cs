using System.Numerics;
using System.Runtime.InteropServices;

namespace Losses.Tests;

/// <summary>The caller's memory: areas inside one array, with others between them that nobody may write to.</summary>
internal sealed class Arena<S>(Draw draw)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private const int Guard = 40;

    private readonly List<(int Start, double[] Numbers)> _areas = [];
    private S[] _memory = [];
    private S[] _before = [];
    private int _end = Guard;

    /// <summary>A place of the arena, known before the arena is laid out.</summary>
    internal readonly record struct Area(int Start, int Length)
    {
        /// <summary>An area that overlaps this one in part.</summary>
        internal Area Shifted(int by) => new(Start + by, Length);
    }

    internal Area Take(double[] numbers)
    {
        // At any distance from a cache line.
        var area = new Area(_end + draw.Below(20), numbers.Length);
        _areas.Add((area.Start, numbers));
        _end = area.Start + area.Length + Guard;
        return area;
    }

    internal Area Take(int length) => Take(Enumerable.Repeat(-77.25, length).ToArray());

    internal Span<S> this[Area area] => _memory.AsSpan(area.Start, area.Length);

    /// <summary>Lays it out anew: what was written is forgotten.</summary>
    internal void Fill()
    {
        _memory = GC.AllocateUninitializedArray<S>(_end + Guard, pinned: true);
        _memory.AsSpan().Fill(S.CreateTruncating(-55.5));
        foreach (var (start, numbers) in _areas)
            for (var i = 0; i < numbers.Length; i++)
                _memory[start + i] = S.CreateTruncating(numbers[i]);
        _before = [.. _memory];
    }

    /// <summary>Nothing is written but in these areas.</summary>
    internal void Check(params Area[] written)
    {
        if (draw.Planted == Mistake.Outside)
            _memory[_end] = S.Zero;
        foreach (var area in written)
            this[area].CopyTo(_before.AsSpan(area.Start));
        if (MemoryMarshal.AsBytes(_memory.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(_before.AsSpan())))
            return;
        var at = Enumerable.Range(0, _memory.Length).First(i => !_memory[i].Equals(_before[i]));
        throw new Disagreement(
            $"memory outside the gradient was written, at {at} of an arena with {string.Join(", ", _areas.Select(a => $"{a.Start}+{a.Numbers.Length}"))}."
        );
    }
}
