package io.vmfactory.client.sandbox;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A scripted implementation of an interface. Unscripted methods do nothing if they are void and
 * fail otherwise.
 */
final class Scripted<T> {
  /** The calls, in order. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final T it;

  /** The script of a method. */
  interface Answer {
    Object to(Object[] arguments);
  }

  Scripted(Class<T> type) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> called(method, arguments));
    this.it = type.cast(proxy);
  }

  T it() {
    return it;
  }

  Scripted<T> on(String method, Answer answer) {
    answers.put(method, answer);
    return this;
  }

  private Object called(Method method, Object[] arguments) {
    calls.add(method.getName());
    Answer answer = answers.get(method.getName());
    if (answer != null) {
      return answer.to(arguments);
    }
    if (method.getReturnType() == void.class) {
      return null;
    }
    throw new UnsupportedOperationException(method.toString());
  }
}
