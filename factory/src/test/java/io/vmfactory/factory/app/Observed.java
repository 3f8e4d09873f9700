package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.observe.Observer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Records what is reported, one line each. */
public final class Observed implements Observer {
  public final List<String> lines = new CopyOnWriteArrayList<>();
  final List<Duration> totals = new CopyOnWriteArrayList<>();

  @Override
  public void served(Verb verb, String route, List<Lap> hops, Duration total) {
    lines.add("%s %s %s".formatted(verb, route, hops.stream().map(Lap::name).toList()));
    totals.add(total);
  }

  @Override
  public void failed(Verb verb, Throwable cause, Duration total) {
    lines.add(verb + " failed: " + cause.getMessage());
    totals.add(total);
  }

  @Override
  public void attached(String mode, boolean hotPlugged, Duration total) {
    lines.add("attached " + mode + (hotPlugged ? " to a port" : " to a slot"));
    totals.add(total);
  }

  @Override
  public void refilled(Tier tier, List<Lap> hops, Duration total) {
    lines.add("%s refilled %s".formatted(tier, hops.stream().map(Lap::name).toList()));
    totals.add(total);
  }

  @Override
  public void refillFailed(Tier tier, Throwable cause) {
    lines.add(tier + " refill failed: " + cause.getMessage());
  }

  @Override
  public void happened(String kind) {
    lines.add(kind);
  }

  @Override
  public void trouble(String what, @Nullable Throwable cause) {
    lines.add("trouble " + what + (cause == null ? "" : ": " + cause.getMessage()));
  }
}
