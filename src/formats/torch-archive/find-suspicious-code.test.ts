import { describe, expect, it } from 'vitest';
import { findSuspiciousCode } from './find-suspicious-code.ts';

describe('findSuspiciousCode', () => {
  it.each([
    ['    x = torch.from_file("/etc/passwd", True, 5)', 'torch.from_file'],
    ['    x = ops.aten.from_file("a", True, 5)', 'ops.aten.from_file'],
    ['    x = "a".from_file(True, 5)', '"".from_file'],
    ['    torch.save(x, "a")', 'torch.save'],
    ['    f = ops.prim.rpc_async(a, b)', 'ops.prim.rpc_async'],
    ['    y = ops.torchvision.nms(a, b, 0.5)', 'ops.torchvision.nms'],
    ['  engine : __torch__.torch.classes.tensorrt.Engine', '__torch__.torch.classes.tensorrt.Engine'],
  ])('finds %s', (code, name) => {
    expect(findSuspiciousCode(`class M(Module):\n${code}\n`)).toEqual([{ line: 2, name }]);
  });

  it('passes over plain operators, and words in texts', () => {
    const code = `
    x = torch.conv2d(x, self.weight, None, [1, 1], [0, 0], [1, 1], 1)
    ops.prim.RaiseException(torch.format("call torch.save or torch.from_file \\" torch.save", x), "builtins.ValueError")
    y = ops.quantized.conv2d_relu(x, self.saved, 1., 0)
    z = self.saved_model.forward(x)`;
    expect(findSuspiciousCode(code)).toEqual([]);
  });

  it('keeps at most 100', () => expect(findSuspiciousCode('torch.save(x, y)\n'.repeat(1000))).toHaveLength(100));
});
