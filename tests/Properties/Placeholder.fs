module Losses.Tests.Placeholder

open FsCheck.Xunit

[<Property>]
let ``addition commutes`` (a: int) (b: int) = a + b = b + a
