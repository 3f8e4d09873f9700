package io.vmfactory.factory.grpc;

import io.vmfactory.api.v1.MemoryBudget;
import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.PoolSize;
import io.vmfactory.api.v1.ResizePoolRequest;
import io.vmfactory.api.v1.Restores;
import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.calls.ErrorMapper;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.turns.TurnStats;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.pool.PoolStats;
import java.util.List;

/** Converts pools, and requests to change them. */
final class PoolProtos {
  private PoolProtos() {}

  /**
   * Returns the change that {@code q} asks for.
   *
   * @param config its bounds apply to an auto size that gives none
   */
  static PoolResize resize(ResizePoolRequest q, PoolConfig config) {
    return new PoolResize(
        q.getTemplateKey(),
        q.hasWarm() ? count("warm", q.getWarm(), config) : null,
        q.hasShells() ? count("shells", q.getShells(), config) : null);
  }

  private static Count count(String field, PoolSize wire, PoolConfig config) {
    return switch (wire.getSizeCase()) {
      case FIXED -> new PoolConfig.Fixed(Wire.unsigned(wire.getFixed()));
      case AUTO -> auto(wire.getAuto(), config);
      case SIZE_NOT_SET ->
          throw new RequestException(
              RequestException.Reason.INVALID, field + ": is neither fixed nor auto");
    };
  }

  private static Count auto(PoolSize.Auto wire, PoolConfig config) {
    return wire.equals(PoolSize.Auto.getDefaultInstance())
        ? config.bounds()
        : new PoolConfig.Auto(Wire.unsigned(wire.getMin()), Wire.unsigned(wire.getMax()));
  }

  static List<Pool> pools(List<PoolView> views) {
    return views.stream().map(PoolProtos::pool).toList();
  }

  private static Pool pool(PoolView view) {
    PoolStats stats = view.stats();
    Pool.Builder pool =
        Pool.newBuilder()
            .setTemplateKey(view.template().hex())
            .setTemplate(view.label())
            .setTier(Pool.Tier.valueOf(view.tier().name()))
            .setPhase(Pool.Phase.valueOf(stats.phase().name()))
            .setSize(size(view.size()))
            .setTarget(stats.aim().count())
            .setTargetReason(stats.aim().why())
            .setClaimsPerSecond(stats.aim().claimsPerSecond())
            .setRefill(Wire.wire(stats.aim().refill()))
            .setRefillPauses(stats.refillPauses())
            .setPrivateKib(Wire.count(view.memory().privateKib()))
            .setSharedKib(Wire.count(view.memory().sharedKib()));
    slots(pool, stats.slots());
    traffic(pool, stats.traffic());
    stats.retry().ifPresent(retry -> pool.setRetry(retry(retry)));
    stats.failures().forEach(failure -> pool.addFailures(failure(failure)));
    return pool.build();
  }

  private static void slots(Pool.Builder pool, PoolStats.Slots slots) {
    pool.setIdle(slots.idle())
        .setSuperseded(slots.superseded())
        .setAllocating(slots.allocating())
        .setProbing(slots.probing())
        .setClaimed(slots.claimed())
        .setDisposing(slots.disposing())
        .setWaiting(slots.waiting());
  }

  private static void traffic(Pool.Builder pool, PoolStats.Traffic traffic) {
    pool.setHits(Wire.count(traffic.hits()))
        .setMisses(Wire.count(traffic.misses()))
        .setTaken(Wire.count(traffic.taken()))
        .setExpired(Wire.count(traffic.expired()))
        .setAllocationFailures(Wire.count(traffic.allocationsFailed()))
        .setPoisoned(Wire.count(traffic.poisoned()));
    traffic.hitRatio().ifPresent(pool::setHitRatio);
  }

  private static PoolSize size(Count count) {
    PoolSize.Builder size = PoolSize.newBuilder();
    if (count instanceof PoolConfig.Auto auto) {
      size.getAutoBuilder().setMin(auto.min()).setMax(auto.max());
    } else if (count instanceof PoolConfig.Fixed fixed) {
      size.setFixed(fixed.count());
    }
    return size.build();
  }

  private static Pool.Retry retry(PoolStats.Retry retry) {
    return Pool.Retry.newBuilder()
        .setFailuresInARow(retry.failuresInARow())
        .setIn(Wire.wire(retry.in()))
        .setCause(cause(retry.cause()))
        .build();
  }

  private static Pool.PoolFailure failure(PoolFailure failure) {
    return Pool.PoolFailure.newBuilder()
        .setKind(Pool.PoolFailure.Kind.valueOf(failure.kind().name()))
        .setCause(cause(failure.cause()))
        .setAgo(Wire.wire(failure.ago()))
        .build();
  }

  private static String cause(Throwable cause) {
    return ErrorMapper.toStatus(cause).getMessage();
  }

  static MemoryBudget budget(List<PoolView> views, PoolConfig config) {
    return MemoryBudget.newBuilder()
        .setBudgetKib(Wire.kib(config.memoryBudgetBytes()))
        .setPrivateKib(Wire.count(views.stream().mapToLong(v -> v.memory().privateKib()).sum()))
        .setVms(views.stream().mapToInt(PoolProtos::idle).sum())
        .build();
  }

  private static int idle(PoolView view) {
    return view.stats().slots().idle() + view.stats().slots().probing();
  }

  static Restores restores(TurnStats turns) {
    return Restores.newBuilder()
        .setInFlight(turns.inFlight())
        .setLimit(turns.limit())
        .setWaiting(turns.customersWaiting())
        .setMaxWaiting(turns.maxWaiting())
        .build();
  }
}
