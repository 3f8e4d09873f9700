package io.vmfactory.factory.metrics;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.turns.TurnRefusedException;
import io.vmfactory.guest.GuestException;
import io.vmfactory.pool.PoolException;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Turns a failure into the value of a label: a word of a small set, never a message. */
final class Causes {
  private Causes() {}

  /** Returns the room of the exception and the exception's reason. */
  static String of(@Nullable Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof RequestException e) {
      return word(e.reason());
    } else if (cause instanceof TemplateException e) {
      return "template_" + word(e.reason());
    } else if (cause instanceof VmmException e) {
      return "vmm_" + word(e.reason());
    } else if (cause instanceof PoolException e) {
      return "pool_" + word(e.reason());
    } else if (cause instanceof TurnRefusedException e) {
      return "gate_" + word(e.reason());
    } else if (cause instanceof GuestException e) {
      return e.code() == GuestException.ABORTED ? "hook" : "guest";
    } else if (cause instanceof DeadlineExceededException) {
      return "deadline";
    } else if (CancelledException.isCauseOf(cause)) {
      return "cancelled";
    }
    return cause == null ? "unknown" : "internal";
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable Throwable unwrap(@Nullable Throwable failure) {
    if (failure instanceof CompletionException || failure instanceof ExecutionException) {
      return failure.getCause() == null ? failure : unwrap(failure.getCause());
    }
    return failure;
  }
}
