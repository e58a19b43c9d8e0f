"""Every standard layer of Keras in a model that is compiled and fitted: forward and gradient as a function."""
import numpy as np
import tensorflow as tf

TOLERANCE = 1e-3
L = tf.keras.layers

SEQUENCE = (6, 4)
IMAGE = (8, 8, 3)
VOLUME = (4, 5, 6, 2)


def layers():
  """(name, shape of an example, layer)."""
  for padding in ['same', 'valid']:
    yield f'Conv1D {padding}', SEQUENCE, L.Conv1D(3, 2, padding=padding)
    yield f'Conv2D {padding}', IMAGE, L.Conv2D(3, 2, strides=2, padding=padding)
    yield f'Conv3D {padding}', VOLUME, L.Conv3D(3, 2, strides=(1, 2, 1), padding=padding)
    yield f'Conv1DTranspose {padding}', SEQUENCE, L.Conv1DTranspose(3, 2, padding=padding)
    yield f'Conv2DTranspose {padding}', IMAGE, L.Conv2DTranspose(3, 3, strides=2, padding=padding)
    yield f'Conv3DTranspose {padding}', VOLUME, L.Conv3DTranspose(3, 2, strides=2, padding=padding)
    yield f'MaxPooling3D {padding}', VOLUME, L.MaxPooling3D(2, padding=padding)
    yield f'AveragePooling3D {padding}', VOLUME, L.AveragePooling3D(2, padding=padding)
  yield 'Conv2D dilated', IMAGE, L.Conv2D(3, 2, dilation_rate=2)
  yield 'Conv2D groups', (8, 8, 4), L.Conv2D(4, 2, groups=2)
  yield 'DepthwiseConv1D', SEQUENCE, L.DepthwiseConv1D(2)
  yield 'DepthwiseConv2D', IMAGE, L.DepthwiseConv2D(2)
  yield 'SeparableConv1D', SEQUENCE, L.SeparableConv1D(3, 2)
  yield 'SeparableConv2D', IMAGE, L.SeparableConv2D(3, 2)
  for size in [1, 2, 3]:
    shape = {1: SEQUENCE, 2: IMAGE, 3: VOLUME}[size]
    for name in ['GlobalMaxPooling', 'GlobalAveragePooling']:
      yield f'{name}{size}D', shape, getattr(L, f'{name}{size}D')()
    yield f'ZeroPadding{size}D', shape, getattr(L, f'ZeroPadding{size}D')(1)
    yield f'Cropping{size}D', shape, getattr(L, f'Cropping{size}D')(1)
    yield f'UpSampling{size}D', shape, getattr(L, f'UpSampling{size}D')(2)
  yield 'UpSampling2D bilinear', IMAGE, L.UpSampling2D(2, interpolation='bilinear')
  for name in ['MaxPooling1D', 'AveragePooling1D']:
    yield name, SEQUENCE, getattr(L, name)(2)
  for name in ['MaxPooling2D', 'AveragePooling2D']:
    yield name, IMAGE, getattr(L, name)(2)
  for layer in [L.BatchNormalization(), L.LayerNormalization(), L.RMSNormalization(), L.GroupNormalization(2), L.UnitNormalization(),
                L.PReLU(), L.ELU(), L.LeakyReLU(), L.ReLU(6, 0.1, 0.2), L.Softmax(), L.Permute((2, 1)), L.Reshape((3, 8)), L.Flatten(),
                L.Masking(), L.Activation('gelu'), L.ActivityRegularization(0.1, 0.1), L.TimeDistributed(L.Dense(2)),
                L.EinsumDense('abc,cd->abd', (6, 3)), L.SpectralNormalization(L.Dense(3)), L.Rescaling(2.0, 1.0), L.Dropout(0.4),
                L.SpatialDropout1D(0.4), L.GaussianNoise(0.3), L.GaussianDropout(0.3), L.AlphaDropout(0.3)]:
    yield type(layer).__name__, SEQUENCE, layer
  yield 'RepeatVector', (4,), L.RepeatVector(3)
  for layer in [L.SimpleRNN(3), L.LSTM(3), L.GRU(3), L.GRU(3, reset_after=False), L.LSTM(3, return_sequences=True, go_backwards=True),
                L.Bidirectional(L.LSTM(3)), L.RNN(L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)])),
                L.GRU(3, dropout=0.2, recurrent_dropout=0.2)]:
    yield type(layer).__name__, SEQUENCE, layer
  yield 'ConvLSTM1D', (3, 5, 2), L.ConvLSTM1D(2, 2)
  yield 'ConvLSTM2D', (3, 4, 4, 2), L.ConvLSTM2D(2, 2)


def examples(shape, n=8):
  return np.linspace(-1, 1, n * int(np.prod(shape)), dtype=np.float32).reshape(n, *shape)


def fit(name, model, inputs, random):
  model.compile('sgd', 'mse')
  history = model.fit(inputs, np.linspace(0, 1, 8, dtype=np.float32)[:, None], batch_size=4, epochs=2, shuffle=False, verbose=0)
  print(name, 'random' if random else history.history['loss'], flush=True)


def main():
  tf.keras.utils.set_random_seed(0)  # layers draw their initializers' seeds when they are made
  for name, shape, layer in layers():
    tf.keras.utils.set_random_seed(1)
    x = L.Input(shape)
    # A dense layer in front, so that the gradient goes through the layer and on.
    y = L.Dense(1)(L.Flatten()(layer(L.Dense(shape[-1])(x))))
    fit(name, tf.keras.Model(x, y), examples(shape), random=False)
  for layer in [L.Add(), L.Subtract(), L.Multiply(), L.Average(), L.Maximum(), L.Minimum(), L.Concatenate(), L.Dot(1), L.Attention(True),
                L.AdditiveAttention(), L.MultiHeadAttention(2, 3), L.GroupQueryAttention(3, 2, 1)]:
    tf.keras.utils.set_random_seed(1)
    x = L.Input(SEQUENCE)
    a, b = L.Dense(4)(x), L.Dense(4, 'tanh')(x)
    heads = isinstance(layer, (L.MultiHeadAttention, L.GroupQueryAttention))
    y = layer(a, b) if heads else layer([a, b])
    fit(type(layer).__name__, tf.keras.Model(x, L.Dense(1)(L.Flatten()(y))), examples(SEQUENCE), random=False)
  tf.keras.utils.set_random_seed(1)
  model = tf.keras.Sequential([L.Embedding(10, 4), L.GlobalAveragePooling1D(), L.Dense(1)])
  fit('Embedding', model, np.arange(48).reshape(8, 6) % 10, random=False)
