namespace Losses;

internal struct BlockScale;
