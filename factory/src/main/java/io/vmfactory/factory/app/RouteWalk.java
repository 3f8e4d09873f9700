package io.vmfactory.factory.app;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.app.RequestException.Reason;
import io.vmfactory.factory.vm.Undo;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tries the routes of an order one after the other, each once, and keeps why one was left: a route
 * that cannot serve the order is passed over, one that fails is recorded as a failure besides.
 */
final class RouteWalk {
  private final Map<Route, VmSource> sources;
  private final Failures failures;

  RouteWalk(List<VmSource> sources, Failures failures) {
    this.sources = sources.stream().collect(Collectors.toMap(VmSource::route, Function.identity()));
    this.failures = failures;
  }

  /** What is done with a VM once it is made. When it throws, the VM is killed. */
  interface Finish {
    GrantedVm finish(MadeVm made, String routeReason);
  }

  /** The first route's VM that comes through {@code finish}. */
  GrantedVm walk(Order order, Laps laps, Deadline deadline, Finish finish) {
    List<RuntimeException> causes = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (Route route : order.routes()) {
      try {
        deadline.check("route " + route);
        MadeVm made = source(route).make(order, laps, deadline);
        return finished(made, String.join("; ", reasons), finish);
      } catch (RuntimeException e) {
        causes.add(passable(route, e, deadline));
        reasons.add(route + ": " + e.getMessage());
        laps.lap("undo");
      }
    }
    throw verdict(causes, String.join("; ", reasons));
  }

  private static GrantedVm finished(MadeVm made, String routeReason, Finish finish) {
    try {
      return finish.finish(made, routeReason);
    } catch (RuntimeException e) {
      throw Undo.kill(made.vm(), e);
    }
  }

  private VmSource source(Route route) {
    VmSource source = sources.get(route);
    if (source == null) {
      throw Refusals.notPossible("this daemon does not serve it");
    }
    return source;
  }

  /** Records {@code e}, and throws it when no other route can help. */
  private RuntimeException passable(Route route, RuntimeException e, Deadline deadline) {
    if (Thread.currentThread().isInterrupted()) {
      throw e instanceof CancelledException ? e : new CancelledException("cancelled", e);
    }
    if (!(e instanceof RequestException)) {
      failures.record("route " + route, "", e);
    }
    if (e instanceof DeadlineExceededException || deadline.passed()) {
      throw e;
    }
    return e;
  }

  private static RuntimeException verdict(List<RuntimeException> causes, String reasons) {
    RuntimeException worst =
        causes.stream()
            .filter(e -> !(e instanceof RequestException))
            .findFirst()
            .orElseGet(() -> refusal(causes, reasons));
    RuntimeException told = lacksResources(worst) ? Refusals.exhausted(reasons) : worst;
    causes.stream().filter(e -> e != told).forEach(told::addSuppressed);
    return told;
  }

  private static RequestException refusal(List<RuntimeException> causes, String reasons) {
    boolean exhausted =
        causes.stream().anyMatch(e -> ((RequestException) e).reason() == Reason.EXHAUSTED);
    return exhausted ? Refusals.exhausted(reasons) : Refusals.notPossible(reasons);
  }

  private static boolean lacksResources(RuntimeException e) {
    return e instanceof VmmException vmm && vmm.reason() == VmmException.Reason.RESOURCES
        || e instanceof TemplateException template
            && template.reason() == TemplateException.Reason.RESOURCES;
  }
}
