package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.routes.RequestsInFlight;
import io.vmfactory.factory.routes.TurnRequest;
import io.vmfactory.factory.turns.RestoreTurns;
import io.vmfactory.factory.turns.Turn;
import io.vmfactory.factory.vm.HostedVm;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Bounds and counts the requests that store VMs on disk.
 *
 * @param turns one for each VM that is being stored
 * @param memory each needs as much as its source has, until it is stored
 */
record Storing(
    RestoreTurns turns, HostMemory memory, RequestsInFlight inFlight, Observer observer) {

  /** Does the work of a request and reports how it went. */
  <T> T observed(Verb verb, String route, Function<T, List<Lap>> hops, Supplier<T> work) {
    long begun = System.nanoTime();
    try {
      T done = inFlight.run(work);
      observer.served(verb, route, hops.apply(done), since(begun));
      return done;
    } catch (RuntimeException e) {
      observer.failed(verb, e, since(begun));
      throw e;
    }
  }

  private static Duration since(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Stores {@code source} when its turn has come and there is memory for it. */
  <T> T inTurn(HostedVm source, Deadline deadline, Supplier<T> work) {
    try (Turn turn = TurnRequest.await(turns, deadline)) {
      memory.require(source.sizing().memoryMib());
      return work.get();
    }
  }
}
