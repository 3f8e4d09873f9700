package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tries the routes of an order one after the other and keeps why one was left: a route that cannot
 * serve the order is passed over, one that fails is recorded as a failure besides. A warm VM that
 * fails is followed by the next warm one; every other route is tried once.
 */
public final class RouteWalk {
  /**
   * Most warm VMs tried for one request: where so many in a row fail, they are not the reason, and
   * one request must not use up the stock.
   */
  public static final int MOST_WARM = 3;

  private final Map<Route, VmSource> sources;
  private final Supplier<RightOfWay> ways;
  private final Failures failures;

  /**
   * @param ways what a request has while it is served
   */
  public RouteWalk(List<VmSource> sources, Supplier<RightOfWay> ways, Failures failures) {
    this.sources = sources.stream().collect(Collectors.toMap(VmSource::route, Function.identity()));
    this.ways = ways;
    this.failures = failures;
  }

  /** What is done with a VM once it is made. When it throws, the VM is killed. */
  interface Finish {
    GrantedVm finish(MadeVm made, String routeReason);
  }

  /** The first route's VM that comes through {@code finish}. */
  GrantedVm walk(Order order, Laps laps, Deadline deadline, Finish finish) {
    Walk walk = new Walk(order, laps, deadline, finish);
    try (RightOfWay way = ways.get()) {
      for (Route route : order.routes()) {
        if (route != Route.WARM) {
          if (!walk.isPossible(route)) {
            continue;
          }
          way.take(laps, deadline);
        }
        GrantedVm granted = walk.along(route);
        if (granted != null) {
          return granted;
        }
      }
    }
    throw verdict(walk.causes, walk.reason());
  }

  /** One request's walk so far. */
  private final class Walk {
    private final Order order;
    private final Laps laps;
    private final Deadline deadline;
    private final Finish finish;
    private final List<RuntimeException> causes = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();

    Walk(Order order, Laps laps, Deadline deadline, Finish finish) {
      this.order = order;
      this.laps = laps;
      this.deadline = deadline;
      this.finish = finish;
    }

    /** Whether a turn would be of use to {@code route}; when not, the reason is kept. */
    boolean isPossible(Route route) {
      try {
        source(route).check(order);
        return true;
      } catch (RuntimeException e) {
        left(route, e);
        return false;
      }
    }

    /** Null = this route is to be left; the reason is kept. */
    @Nullable GrantedVm along(Route route) {
      RuntimeException failure = null;
      int tries = route == Route.WARM ? MOST_WARM : 1;
      for (; tries > 0 && !(failure instanceof RequestException); tries--) {
        try {
          deadline.check("route " + route);
          return finished(source(route).make(order, laps, deadline));
        } catch (RuntimeException e) {
          failure = left(route, e);
        }
      }
      return null;
    }

    private RuntimeException left(Route route, RuntimeException e) {
      RuntimeException failure = passable(route, e, deadline);
      causes.add(failure);
      reasons.add(route + ": " + e.getMessage());
      laps.lap("undo");
      return failure;
    }

    private GrantedVm finished(MadeVm made) {
      try {
        return finish.finish(made, reason());
      } catch (RuntimeException e) {
        throw made.end(e);
      }
    }

    private String reason() {
      return String.join("; ", reasons);
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
    return e instanceof VmmException vmm && vmm.reason() == VmmException.Reason.RESOURCES
        || e instanceof TemplateException template
            && template.reason() == TemplateException.Reason.RESOURCES;
  }
}
