namespace Losses

/// In the catalogue a formula is what its entries are held to, and not the library's type of that name.
[<AutoOpen>]
module internal CatalogueNames =
    type Formula = Losses.Catalogue.Formula
