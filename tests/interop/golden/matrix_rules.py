"""Rules of products of matrices, linear algebra and diagonals (rules.py)."""
import numpy as np

i32 = np.int32


def matmul(d, op):
  m, k, n = (d.size(9) for _ in range(3))
  if d.large:
    m, k, n = d.randint(30, 300), d.randint(1, 200), d.randint(30, 300)
  dtype, ta, tb = d.kind(op), d.chance(0.4), d.chance(0.4)
  attrs = {name: True for name, on in (('transpose_a', ta), ('transpose_b', tb)) if on}
  return [d.tame(dtype, [k, m] if ta else [m, k]), d.tame(dtype, [n, k] if tb else [k, n])], attrs


def batch_matmul(d, op):
  m, k, n = (d.size(5) for _ in range(3))
  if d.large:
    m, k, n = d.randint(30, 90), d.randint(1, 90), d.randint(30, 90)
  a, b = (d.broadcast_pair() if not d.large else d.choice([([3, 1], [2]), ([4], [4]), ([2], [])]))
  a, b = list(a)[-4:], list(b)[-4:]
  dtype, ta, tb = d.kind(op), d.chance(0.4), d.chance(0.4)
  attrs = {name: True for name, on in (('adj_x', ta), ('adj_y', tb)) if on}
  return [d.tame(dtype, a + ([k, m] if ta else [m, k])), d.tame(dtype, b + ([n, k] if tb else [k, n]))], attrs


def band(d, op):
  x = d.values(d.kind(op), d.shape(2, 6))
  dtype = d.index_dtype()
  return [x, np.array(d.randint(-1, x.shape[-2]), dtype), np.array(d.randint(-1, x.shape[-1]), dtype)], {}


def square_matrices(d, op):
  n, lead = d.size(4), d.shape(0, 2, 3)
  x = d.tame(d.kind(op), lead + [n, n])
  return [x + (3 * np.eye(n)).astype(x.dtype)], {}


def positive_matrices(d, op):
  (x,), attrs = square_matrices(d, op)
  return [(x @ x.swapaxes(-1, -2) + np.eye(x.shape[-1])).astype(x.dtype)], attrs


def solve(triangular):
  def rule(d, op):
    (x,), _ = square_matrices(d, op)
    attrs = {name: True for name in ['adjoint'] if d.chance(0.4)}
    if triangular and d.chance(0.5):
      attrs['lower'] = False
    return [x, d.tame(x.dtype.name, list(x.shape[:-1]) + [d.size(3)])], attrs
  return rule


def cross(d, op):
  dtype, shape = d.kind(op), d.shape(0, 4) + [3]
  return [d.values(dtype, shape), d.values(dtype, shape)], {}


def einsum(d, op):
  sizes = {c: d.size(3) for c in 'abcde'}
  dtype, ellipsis = d.kind(op), d.chance(0.25)
  lead = d.shape(0, 2, 2)
  names = [''.join(d.sample('abcde', d.randint(0, 3))) for _ in range(d.randint(1, 2))]
  if d.chance(0.15) and names[0]:
    names[0] += names[0][0]  # a diagonal
  out = [c for c in 'abcde' if any(c in n for n in names) and d.chance(0.6)]
  d.shuffle(out)
  dots = '...' if ellipsis else ''
  shapes = [(d.broadcast(lead) if ellipsis else []) + [sizes[c] for c in n] for n in names]
  equation = ','.join(dots + n for n in names) + '->' + dots + ''.join(out)
  return [d.tame(dtype, s) for s in shapes], {'equation': equation}


def diag(d, op):
  return [d.values(d.kind(op), d.shape(1, 3, 3))], {}


def diag_part(d, op):
  shape = d.shape(1, 3, 3)
  return [d.values(d.kind(op), shape + shape)], {}


ALIGN = ['LEFT_LEFT', 'LEFT_RIGHT', 'RIGHT_LEFT', 'RIGHT_RIGHT']


def diagonals(d, rows_, columns):
  low = d.randint(1 - rows_, columns - 1)
  return low, d.randint(low, columns - 1)


def matrix_diag_part(d, op):
  x = d.values(d.kind(op), d.shape(0, 3, 3) + [d.randint(1, 4), d.randint(1, 4)])
  low, high = diagonals(d, *x.shape[-2:])
  k = np.array(low if low == high and d.chance(0.5) else [low, high], i32)
  return [x, k, d.values(x.dtype.name, [])], {'align': d.choice(ALIGN)} if d.chance(0.6) else {}


def matrix_diag(d, op):
  n_rows, n_columns, dtype = d.randint(1, 5), d.randint(1, 5), d.kind(op)
  low, high = diagonals(d, n_rows, n_columns)
  longest = min(n_rows + min(high, 0), n_columns - max(low, 0))
  one = low == high
  x = d.values(dtype, d.shape(0, 3, 3) + ([] if one else [high - low + 1]) + [longest])
  return [x, np.array(low if one else [low, high], i32), np.array(d.choice([-1, n_rows]), i32),
          np.array(d.choice([-1, n_columns]), i32), d.values(dtype, [])], \
      {'align': d.choice(ALIGN)} if d.chance(0.6) else {}


RULES = {
    'MatMul': matmul, 'BatchMatMulV2': batch_matmul, 'MatrixBandPart': band, 'Cholesky': positive_matrices,
    'MatrixDeterminant': square_matrices, 'MatrixInverse': square_matrices, 'MatrixSolve': solve(False),
    'MatrixTriangularSolve': solve(True), 'Cross': cross, 'Einsum': einsum, 'Diag': diag, 'DiagPart': diag_part,
    'MatrixDiagPartV3': matrix_diag_part, 'MatrixDiagV3': matrix_diag,
}
