package io.vmfactory.factory.grpc;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.template.BuildListener;
import java.time.Duration;
import java.util.function.Consumer;

/** Reports the progress of a build to a client. */
record ProgressListener(Consumer<CreateTemplateProgress> client) implements BuildListener {
  @Override
  public void began(String step, int index, int count) {
    client.accept(message(step, index, count).build());
  }

  @Override
  public void ended(String step, int index, int count, Duration span, String detail) {
    client.accept(
        message(step, index, count)
            .setDone(true)
            .setMicros(Wire.micros(span))
            .setDetail(detail)
            .build());
  }

  private static CreateTemplateProgress.Builder message(String step, int index, int count) {
    return CreateTemplateProgress.newBuilder().setStep(step).setIndex(index).setCount(count);
  }
}
