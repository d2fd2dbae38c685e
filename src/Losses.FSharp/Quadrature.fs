namespace Losses.FSharp

/// Where integrals are taken at, and what each place weighs.
module internal Quadrature =

    /// Of functions from 0 on that fall off like an exponential of their argument or faster: u = exp(t − e⁻ᵗ) at every eighth t, to 10⁻¹⁵. Source: Takahasi and Mori, Publ. RIMS 9
    /// (1974) 721–741.
    let exponential: struct (float * float)[] =
        [|
            for k in -30 .. 36 do
                let t = float k / 8.0
                let u = exp (t - exp -t)
                struct (u, u * (1.0 + exp -t) / 8.0)
        |]

    /// Of smooth functions from 0 to 1: Gauss' rule with so many places, roots of a Legendre polynomial by Newton's steps.
    let private gauss (count: int) : struct (float * float)[] =
        let polynomial x =
            let mutable before, own = 1.0, x

            for k in 2..count do
                let next = (float (2 * k - 1) * x * own - float (k - 1) * before) / float k
                before <- own
                own <- next

            struct (own, float count * (x * own - before) / (x * x - 1.0))

        [|
            for i in 1..count do
                let start = cos (System.Math.PI * (float i - 0.25) / (float count + 0.5))

                let step x _ =
                    let struct (value, slope) = polynomial x
                    x - value / slope

                let x = Seq.fold step start (seq { 1..20 })
                let struct (_, slope) = polynomial x
                struct (0.5 * (1.0 + x), 1.0 / ((1.0 - x * x) * slope * slope))
        |]

    /// The same with sixteen places.
    let unit: struct (float * float)[] = gauss 16
