package io.vmfactory.factory.routes;

import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Decides how a request fails when every route was left. */
final class RouteVerdict {
  private RouteVerdict() {}

  /**
   * Returns the first failure, or a refusal if all routes refused; adds the other causes as
   * suppressed.
   *
   * @param causes why each route was left
   * @param reasons the same as one text, for people
   */
  static RuntimeException of(List<RuntimeException> causes, String reasons) {
    RuntimeException worst =
        causes.stream()
            .filter(e -> !(e instanceof RequestException))
            .findFirst()
            .orElseGet(() -> refusal(causes, reasons));
    RuntimeException answer = lacksResources(worst) ? Refusals.exhausted(reasons) : worst;
    causes.stream().filter(e -> e != answer).forEach(answer::addSuppressed);
    return answer;
  }

  private static RequestException refusal(List<RuntimeException> causes, String reasons) {
    return causes.stream()
        .map(RequestException.class::cast)
        .filter(e -> e.reason() == Reason.EXHAUSTED)
        .map(RequestException::retryAfter)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .map(retryAfter -> Refusals.exhausted(reasons, retryAfter))
        .orElseGet(() -> Refusals.notPossible(reasons));
  }

  private static boolean lacksResources(RuntimeException e) {
    return (e instanceof VmmException vmm && vmm.reason() == VmmException.Reason.RESOURCES)
        || (e instanceof TemplateException template
            && template.reason() == TemplateException.Reason.RESOURCES);
  }
}
