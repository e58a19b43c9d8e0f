"""Keras' fit, evaluate and predict of small models on NumPy arrays."""
import keras
import numpy as np

TOLERANCE = 2e-3


def numbers(values):
  return [round(float(v), 5) for v in np.ravel(values)]


def main():
  keras.utils.set_random_seed(3)
  random = np.random.RandomState(0)
  x = random.rand(50, 4).astype(np.float32)
  y = (x @ np.array([[1.0], [-2.0], [3.0], [0.5]], np.float32) + 0.25).astype(np.float32)

  model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation='relu'), keras.layers.Dense(1)])
  model.compile(optimizer=keras.optimizers.Adam(0.01), loss='mse', metrics=['mae'])
  history = model.fit(x, y, epochs=4, batch_size=16, verbose=0)
  print('fit', numbers(history.history['loss']), numbers(history.history['mae']))
  print('evaluate', numbers(model.evaluate(x, y, batch_size=16, verbose=0)))
  print('predict', numbers(model.predict(x[:5], verbose=0)))
  history = model.fit(x, y, epochs=2, batch_size=10, validation_split=0.2, shuffle=False, verbose=0,
                      sample_weight=np.linspace(0.5, 1.5, 50).astype(np.float32))
  print('validation', numbers(history.history['loss']), numbers(history.history['val_loss']))

  a, b = keras.Input((2,), name='a'), keras.Input((2,), name='b')
  hidden = keras.layers.Dense(6, activation='tanh')(keras.layers.Concatenate()([a, b]))
  hidden = keras.layers.Dropout(0.0)(keras.layers.LayerNormalization()(hidden))
  outputs = [keras.layers.Dense(1, name='value')(hidden), keras.layers.Dense(3, activation='softmax', name='kind')(hidden)]
  model = keras.Model([a, b], outputs)
  model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss=['mse', 'sparse_categorical_crossentropy'])
  kinds = (x.sum(axis=1) * 1.4).astype(np.int32) % 3
  history = model.fit([x[:, :2], x[:, 2:]], [y, kinds], epochs=3, batch_size=20, verbose=0)
  print('two inputs', numbers(history.history['loss']))
  value, kind = model.predict([x[:3, :2], x[:3, 2:]], verbose=0)
  print('two outputs', numbers(value), numbers(kind))
