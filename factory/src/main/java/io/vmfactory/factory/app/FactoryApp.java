package io.vmfactory.factory.app;

import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.recovery.ProcProcesses;
import io.vmfactory.factory.recovery.VmProcesses;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.pool.PoolClock;
import io.vmfactory.template.Names;
import io.vmfactory.template.Suspensions;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.VmProcessTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The daemon without its skin: puts the verbs together. Created once, by the holder of the lock of
 * {@code run_dir}, before anything else makes VMs there.
 */
public final class FactoryApp implements AutoCloseable {
  private static final Duration CLOSING = Duration.ofSeconds(30);

  /** Threads that wait for monitors and for the end of processes. */
  private static final int UPKEEP_THREADS = 4;

  private final Verbs verbs;
  private final ExecutorService listeners;

  private FactoryApp(Verbs verbs, ExecutorService listeners) {
    this.verbs = verbs;
    this.listeners = listeners;
  }

  /** The rooms below, as the daemon uses them. */
  public record Rooms(
      Hypervisor hypervisor,
      Templates templates,
      Names names,
      Suspensions suspensions,
      GuestAgents agents) {}

  /**
   * What the host provides.
   *
   * @param proc normally {@code /proc}
   * @param processes the VMs' processes there
   * @param listeners calls the listeners of events
   * @param observer counts what happens
   * @param threads the threads of the stock; closed with the application
   */
  public record Host(
      WallClock clock,
      ScheduledExecutorService scheduler,
      Path proc,
      VmProcesses processes,
      ExecutorService listeners,
      Observer observer,
      Stock.Threads threads) {}

  /**
   * Takes over or removes what earlier daemons left in {@code run_dir/vm}; then it is ready to
   * serve. The caller closes the arguments, after this application.
   *
   * @param scheduler ends leases and VMs, and has the pools' timers. It needs two threads or more,
   *     so that one slow end delays no other
   */
  public static FactoryApp create(
      VmFactoryConfig config,
      Rooms rooms,
      WallClock clock,
      ScheduledExecutorService scheduler,
      Observer observer) {
    Path proc = Path.of("/proc");
    Host host =
        new Host(
            clock,
            scheduler,
            proc,
            new ProcProcesses(new VmProcessTable(proc, config.qemu().isolation())),
            ThreadPools.of("events", 1),
            observer,
            threads(config, scheduler));
    return create(config, rooms, host);
  }

  /** The same on a host that the caller describes, such as one without VMs. */
  public static FactoryApp create(VmFactoryConfig config, Rooms rooms, Host host) {
    return new FactoryApp(new Assembly(config, rooms, host).begin(), host.listeners());
  }

  /** Returns what the daemon can be asked to do. */
  public Verbs verbs() {
    return verbs;
  }

  /** Shuts down and ends the VMs, unless a shutdown came before. */
  @Override
  public void close() {
    verbs.control().shutdown(Control.AtEnd.END_VMS, Deadline.after(CLOSING));
    listeners.shutdown();
  }

  private static Stock.Threads threads(VmFactoryConfig config, ScheduledExecutorService timers) {
    return new Stock.Threads(
        ThreadPools.of("refill", Assembly.restoresAtOnce(config)),
        ThreadPools.of("upkeep", UPKEEP_THREADS),
        PoolClock.on(timers));
  }
}
