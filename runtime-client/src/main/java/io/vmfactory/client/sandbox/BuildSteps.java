package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.configs.time.Laps;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The steps of one build, each reported when it begins and when it has ended. */
final class BuildSteps {
  private final int count;
  private final Consumer<CreateTemplateProgress> listener;
  private int index;

  BuildSteps(int count, Consumer<CreateTemplateProgress> listener) {
    this.count = count;
    this.listener = listener;
  }

  /** Runs the next step and returns its result, of which {@code detail} makes a text for people. */
  <T> T run(String name, Supplier<T> work, Function<T, String> detail) {
    CreateTemplateProgress.Builder progress =
        CreateTemplateProgress.newBuilder().setStep(name).setIndex(++index).setCount(count);
    listener.accept(progress.build());
    Laps laps = new Laps();
    T result = work.get();
    laps.lap(name);
    int micros = (int) (laps.all().get(0).span().toNanos() / 1000);
    listener.accept(
        progress.setDone(true).setMicros(micros).setDetail(detail.apply(result)).build());
    return result;
  }
}
