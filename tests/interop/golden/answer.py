"""What TensorFlow makes of a case, in the form of tests/golden/README.md."""
import inspect

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import kernels
from tensorflow.python.framework import op_def_registry

from draw import DTYPES, FLOATS

# (rtol, atol) of what is computed in a dtype; integers and the like are exact.
TOLERANCES = {'float32': (1e-5, 1e-6), 'float64': (1e-10, 1e-11), 'float16': (2e-3, 1e-3), 'bfloat16': (1.6e-2, 1e-2)}
CODES = {tf.errors.CANCELLED: 'CANCELLED', tf.errors.UNKNOWN: 'UNKNOWN', tf.errors.INVALID_ARGUMENT: 'INVALID_ARGUMENT',
         tf.errors.NOT_FOUND: 'NOT_FOUND', tf.errors.FAILED_PRECONDITION: 'FAILED_PRECONDITION',
         tf.errors.OUT_OF_RANGE: 'OUT_OF_RANGE', tf.errors.UNIMPLEMENTED: 'UNIMPLEMENTED',
         tf.errors.INTERNAL: 'INTERNAL', tf.errors.RESOURCE_EXHAUSTED: 'RESOURCE_EXHAUSTED'}
KEPT_OUTPUTS = {'FusedBatchNormV3': 3}  # the rest are for its gradient kernel
# What TensorFlow's gradient functions raise where they do not go.
NO_GRADIENT = (LookupError, tf.errors.OpError, ValueError, TypeError, AssertionError)
# Refusals that tell what TensorFlow's CPU kernels cannot do (yet), not what is wrong with the call.
LIMITS = ('Could not find device for node', 'do not yet support', 'does not support dilations', 'only support up to',
          'not currently implemented for', 'Unhandled input dimensions', 'is not supported yet', 'Only ranks up to',
          'filter_size does not have enough elements', 'Gradients for grouped convolutions are not supported',
          'data type is not supported', 'inputs rank not in',
          'too large for int16 indexing', 'only supports equal length strides',
          'is not implemented for tensors of rank', 'No WhereOp available for')


class Op:
  """TensorFlow's definition of an op, and the dtypes that it has CPU kernels for."""

  def __init__(self, name):
    self.name = name
    self.definition = op_def_registry.get(name)
    self.function = getattr(tf.raw_ops, name)
    # Python has other names for some inputs and attributes: those that are left over on both sides, in order.
    ours = [a.name for a in [*self.definition.input_arg, *self.definition.attr]]
    python = list(inspect.signature(self.function).parameters)
    renamed = zip([n for n in ours if n not in python and not self._follows(n)], [n for n in python if n not in ours])
    self.python_name = {**{n: n for n in ours}, **dict(renamed)}
    self.types = {a.name: self._kernel_types(a) for a in self.definition.attr if a.type == 'type'}

  def _kernel_types(self, attr):
    found = set()
    for kernel in kernels.get_registered_kernels_for_op(self.name).kernel:
      if kernel.device_type != 'CPU' or kernel.label:
        continue
      allowed = [c.allowed_values.list.type for c in kernel.constraint if c.name == attr.name]
      found.update(tf.dtypes.as_dtype(t).name for types in allowed for t in types)
      if not allowed:
        limits = attr.allowed_values.list.type
        found.update(tf.dtypes.as_dtype(t).name for t in limits) if limits else found.update(DTYPES)
    return [name for name in DTYPES if name in found]

  def _follows(self, attr):
    """Whether an attribute is read off the inputs."""
    return any(attr in (a.type_attr, a.number_attr, a.type_list_attr) for a in self.definition.input_arg)

  def call(self, inputs, attrs):
    """The op's outputs as a list. `inputs` are flat; the one list among them takes what the others leave."""
    named, rest = {}, list(inputs)
    arguments = self.definition.input_arg
    for i, argument in enumerate(arguments):
      count = len(rest) - (len(arguments) - i - 1)
      is_list = argument.number_attr or argument.type_list_attr
      named[argument.name] = [rest.pop(0) for _ in range(count)] if is_list else rest.pop(0)
    made = self.function(**{self.python_name[k]: v for k, v in {**named, **attrs}.items()})
    return list(made) if isinstance(made, (list, tuple)) else [made]


def tensor_json(t):
  """A T of the format; None for none."""
  if t is None:
    return None
  array = np.asarray(t)
  dtype = 'string' if array.dtype == object or array.dtype.kind in 'SU' else array.dtype.name
  if dtype == 'string':
    values = [v.decode() for v in array.reshape(-1).tolist()]
  elif dtype in FLOATS:
    values = [number_json(v, dtype) for v in array.reshape(-1)]
  else:
    values = array.reshape(-1).tolist()
  return {'dtype': dtype, 'shape': list(array.shape), 'values': values}


def number_json(v, dtype):
  if not np.isfinite(v):
    return 'nan' if np.isnan(v) else 'inf' if v > 0 else '-inf'
  return float(str(v)) if dtype == 'float32' else float(v)  # float32's shortest decimal


def run(op, inputs, attrs, upstream=None, order=2):
  """(outputs, upstream, gradients, second): lists of arrays or None; the last two are None where there is no gradient.

  `upstream` makes of the outputs an array or None each; without it no gradient is asked.
  """
  tensors = [tf.constant(x) for x in inputs]
  watched = [t for t in tensors if t.dtype.is_floating]
  with tf.GradientTape() as outer:
    outer.watch(watched)
    with tf.GradientTape() as inner:
      inner.watch(watched)
      outputs = op.call(tensors, attrs)[:kept_outputs(op, attrs)]
    if any(t.shape.num_elements() > 10 ** 7 for t in outputs):
      raise OverflowError('too large for a case')
    arrays = [np.asarray(t.numpy(), object if t.dtype == tf.string else None) for t in outputs]
    weights = upstream(arrays) if upstream else [None] * len(outputs)
    targets = [(t, w) for t, w in zip(outputs, weights) if w is not None]
    if not targets or not watched:
      return arrays, None, None, None
    try:
      first = inner.gradient([t for t, _ in targets], tensors, [tf.constant(w) for _, w in targets])
    except NO_GRADIENT:
      return arrays, None, None, None
    first = [None if g is None else tf.convert_to_tensor(g) for g in first]
    if any(g is not None and g.shape != t.shape for g, t in zip(first, tensors)):
      return arrays, None, None, None  # of a cross entropy whose operands broadcast: not summed up
  second = None
  connected = [g for g in first if g is not None]
  if connected and order > 1:
    try:
      second = outer.gradient(connected, tensors)
      second = [None if g is None else tf.convert_to_tensor(g).numpy() for g in second]
    except NO_GRADIENT:
      second = None
  return arrays, weights, [None if g is None else g.numpy() for g in first], second


def kept_outputs(op, attrs):
  """How many outputs mean something: vectors that were not asked for are memory of any content."""
  no_vectors = attrs.get('compute_v') is False or attrs.get('compute_uv') is False
  return 1 if no_vectors else KEPT_OUTPUTS.get(op.name)


def as_float64(array):
  return array.astype(np.float64) if array is not None and array.dtype.name in FLOATS else array


def error_of(results, exact):
  """How far the results are from the exact ones, as a multiple of a dtype's tolerance."""
  worst = 0.0
  for got, want in zip(results, exact):
    if got is None or want is None or got.dtype.name not in FLOATS or got.shape != want.shape:
      continue
    rtol, atol = TOLERANCES[got.dtype.name]
    with np.errstate(all='ignore'):
      got = got.astype(np.float64)
      off = np.abs(got - want) / (atol + rtol * np.abs(got))
    finite = off[np.isfinite(off)]
    worst = max([worst, *finite.reshape(-1).tolist()])
  return worst


def in_float64(op, inputs, attrs, weights, order):
  """The results of the same call in float64, or None where there is no kernel for it."""
  try:
    wide = weights and (lambda _: [as_float64(w) for w in weights])
    outputs, _, first, second = run(op, [as_float64(x) for x in inputs], attrs, wide, order)
  except (tf.errors.OpError, ValueError, TypeError):
    return None
  return [*outputs, *(first or []), *(second or [])]


def tolerance(results, exact):
  """(rtol, atol) of a case: by dtype, twice, and four times TensorFlow's own distance from the exact result."""
  dtypes = {r.dtype.name for r in results if r is not None} & set(FLOATS)
  if not dtypes:
    return 0.0, 0.0
  rtol, atol = max(TOLERANCES[d] for d in dtypes)
  if 'float64' in dtypes:
    return rtol, atol
  known = exact is not None and len(exact) == len(results)
  factor = 2 + 4 * error_of(results, exact) if known else 10
  return rtol * factor, atol * factor


def overflows(results, exact):
  """Whether a 16-bit result became infinite or nan between two steps, where the result itself has a finite value."""
  pairs = [(got, want) for got, want in zip(results, exact) if got is not None and want is not None]
  return any((np.isfinite(want) & (abs(want) < 6.6e4) & ~np.isfinite(got.astype(np.float64))).any()
             for got, want in pairs if got.dtype.name in ('float16', 'bfloat16') and got.shape == want.shape)


def ask(op, case_id, inputs, attrs, upstream, order, most):
  """A line of ops.jsonl or of errors.jsonl.

  None for what cannot be said there: Python refused the call, an output has more than `most` elements, or the bits of
  its dtype were too few for a step on the way.
  """
  line = {'id': case_id, 'op': op.name, 'attrs': attrs, 'inputs': [tensor_json(x) for x in inputs]}
  try:
    outputs, weights, first, second = run(op, inputs, attrs, upstream, order)
  except tf.errors.OpError as e:
    code = CODES.get(e.error_code)
    if code in (None, 'RESOURCE_EXHAUSTED') or any(text in e.message for text in LIMITS):
      return None
    core = e.message.split('}} ', 1)[-1].rsplit(' [Op:', 1)[0]
    return {**line, 'error': {'code': code, 'message': e.message, 'core': core}}
  except (TypeError, ValueError, OverflowError):
    return None  # Python itself refused
  if not outputs or any(y.size > most for y in outputs):
    return None
  results = [*outputs, *(first or []), *(second or [])]
  exact = in_float64(op, inputs, attrs, weights, order)
  if exact is not None and (overflows(results, exact) or error_of(results, exact) > 1000):
    return None
  line['outputs'] = [tensor_json(t) for t in outputs]
  if first is not None:
    line['upstream'] = [tensor_json(w) for w in weights]
    line['gradients'] = [tensor_json(g) for g in first]
    if second is not None:
      line['second'] = [tensor_json(g) for g in second]
  line['rtol'], line['atol'] = tolerance(results, exact)
  return line
