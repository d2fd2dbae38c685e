namespace Losses.Accuracy

open System
open System.Globalization
open System.IO
open System.Reflection
open Losses
open Losses.Catalogue

/// A point of the checked-in table, with what mpmath made of it.
type HardPoint =
    {
        Loss: string
        Sample: Sample
        Value: DoubleDouble
        /// By operand and element.
        Slopes: DoubleDouble[][]
    }

/// The values that hard_points.py computed with 4000 bits.
module Table =

    let private number (bits: string) =
        BitConverter.UInt64BitsToDouble(UInt64.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))

    // High and low do not overlap: their sum is exact.
    let private exact (pair: string) =
        let parts = pair.Split ' ' |> Array.map (number >> DoubleDouble.Constant)
        parts[0] + parts[1]

    let private point (line: string) =
        let fields = line.Split ';'
        let operands = fields[1].Split ',' |> Array.map (fun row -> row.Split ' ' |> Array.map number)
        let slopes = fields[4].Split ',' |> Array.map exact
        let starts = Array.scan (fun start (row: float[]) -> start + row.Length) 0 operands

        {
            Loss = fields[0]
            Sample =
                {
                    Operands = operands
                    Labels = fields[2].Split(' ', StringSplitOptions.RemoveEmptyEntries) |> Array.map int
                }
            Value = exact fields[3]
            Slopes = operands |> Array.mapi (fun o row -> Array.sub slopes starts[o] row.Length)
        }

    let points: HardPoint[] =
        let assembly = Assembly.GetExecutingAssembly()
        use reader = new StreamReader(nonNull (assembly.GetManifestResourceStream "hard_points.txt"))
        reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries) |> Array.map point
