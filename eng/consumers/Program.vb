' The README's first example, in Visual Basic.
Imports Losses
Imports Losses.CSharp

Module Program
    Sub Main()
        Dim logits = DiffTensor.Create(New Double() {2.0, 1.0, -1.0, 0.5, 0.0, 3.0}, 2, 3)
        Dim labels As New Labels(0, 2)
        Dim result = Diff.ValueAndGrad(Function(x) Loss.CrossEntropy(x, labels, labelSmoothing:=0.1).Mean(), logits)
        Console.WriteLine(result.Item1)
        Console.WriteLine(result.Item2)
    End Sub
End Module
