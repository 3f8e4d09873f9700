package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.stock.ShellVm;
import io.vmfactory.factory.stock.WarmVm;
import io.vmfactory.factory.vm.Nursery.Newborn;
import io.vmfactory.factory.vm.VmUndo;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.pool.Claim;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A VM that a route made and nobody has yet: PAUSED, or RUNNING with its agent's port open.
 *
 * @param vm to be ended by whoever holds this and does not pass it on, see {@link #end}
 * @param folder its sockets and logs
 * @param record what the journal says of it
 * @param route how it was made
 * @param at when its making began; for one off the stock, when it was taken
 * @param warmth null = not made unique yet
 */
public record MadeVm(
    Vm vm, VmFolder folder, VmRecord record, Route route, Instant at, @Nullable Warmth warmth) {
  /**
   * What a warm VM has besides: it answered and was made unique before.
   *
   * @param agent connected
   * @param claim by which it was taken from the stock
   */
  record Warmth(GuestAgent agent, Claim<WarmVm> claim) {}

  /** A VM that was started just now. */
  static MadeVm of(Route route, Newborn<Vm> born) {
    Instant at = Instant.parse(born.record().madeAt());
    return new MadeVm(born.vm(), born.folder(), born.record(), route, at, null);
  }

  /** A shell whose state was loaded just now. */
  static MadeVm of(ShellVm shell, Instant at) {
    return new MadeVm(shell.vm(), shell.folder(), shell.record(), Route.SHELL, at, null);
  }

  /** A warm VM that was taken by {@code claim} just now. */
  static MadeVm of(WarmVm warm, Claim<WarmVm> claim, Instant at) {
    Warmth warmth = new Warmth(warm.agent(), claim);
    return new MadeVm(warm.vm(), warm.folder(), warm.record(), Route.WARM, at, warmth);
  }

  public VmId id() {
    return vm.identity().id();
  }

  /** Hex; empty = made without a template. */
  public String templateKey() {
    return record.templateKey();
  }

  /** Whether it answered and was made unique before. */
  public boolean isUnique() {
    return warmth != null;
  }

  /** What it has so far. */
  public Sizing boot() {
    return record.sizing();
  }

  /** As a client sees it, with what it was given since. */
  public VmView view(Sizing sizing, String hostname) {
    return new VmView(
        vm.identity(), vm.phase(), folder, sizing, templateKey(), hostname, route, at, null);
  }

  /**
   * Ends it because of {@code failure}; the stock learns of it when that was the VM's own.
   *
   * @return what to throw
   */
  RuntimeException end(RuntimeException failure) {
    if (warmth == null) {
      return VmUndo.kill(vm, failure);
    }
    warmth.agent().close();
    RuntimeException told = VmUndo.kill(vm, failure);
    if (!(told instanceof CancelledException || told instanceof RequestException)) {
      warmth.claim().poison(told);
    }
    return told;
  }
}
