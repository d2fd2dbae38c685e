using TorchSharp;
Console.WriteLine(torch.ones(3).sum().item<float>());
Console.WriteLine(torch.get_num_threads());
foreach (var t in typeof(torch.nn.functional).GetMethods().Where(m => m.Name.Contains("loss") || m.Name.Contains("cosine_s") || m.Name.Contains("kl_div") || m.Name.Contains("cross_entropy")).OrderBy(m => m.Name)) Console.WriteLine(t);
foreach (var t in typeof(torch.Tensor).GetMembers().Where(m => m.Name.Contains("grad") )) Console.WriteLine(t);
