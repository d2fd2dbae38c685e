using Orleans;

namespace Losses.Orleans;

/// <summary>What a sum or statistics are on their way.</summary>
[GenerateSerializer, Immutable]
internal struct Stored
{
    /// <summary>As its own <c>ToBytes</c> wrote it.</summary>
    [Id(0)]
    public byte[] Bytes;
}

[RegisterConverter]
internal sealed class ExactSumConverter : IConverter<ExactSum, Stored>
{
    public ExactSum ConvertFromSurrogate(in Stored surrogate) => ExactSum.FromBytes(surrogate.Bytes);

    public Stored ConvertToSurrogate(in ExactSum value) => new() { Bytes = value.ToBytes() };
}

[RegisterConverter]
internal sealed class LossAccumulatorConverter : IConverter<LossAccumulator, Stored>
{
    public LossAccumulator ConvertFromSurrogate(in Stored surrogate) => new() { Bytes = surrogate.Bytes };

    public Stored ConvertToSurrogate(in LossAccumulator value) => new() { Bytes = value.ToBytes() };
}

[RegisterConverter]
internal sealed class RowStatisticsConverter : IConverter<RowStatistics, Stored>
{
    public RowStatistics ConvertFromSurrogate(in Stored surrogate) => RowStatistics.FromBytes(surrogate.Bytes);

    public Stored ConvertToSurrogate(in RowStatistics value) => new() { Bytes = value.ToBytes() };
}
