package io.vmfactory.factory.vm;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;

/** Gives a VM its name, its folder and its place in the journal. */
public final class Nursery {
  private final VmFolders folders;
  private final Journal journal;
  private final WallClock clock;

  public Nursery(VmFolders folders, Journal journal, WallClock clock) {
    this.folders = folders;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * How to start it.
   *
   * @param <T> what a start yields
   */
  public interface Starter<T> {
    /** Starts the VM itself. A failure leaves no process. */
    T start(VmId id, VmFolder folder);

    /** The VM in what {@link #start} yielded. */
    Vm vm(T started);

    /** What the journal shall say once it is started. */
    VmRecord started(VmRecord making, T started);
  }

  /** A plain VM, in the journal as STARTED. */
  public interface VmStarter extends Starter<Vm> {
    @Override
    default Vm vm(Vm started) {
      return started;
    }

    @Override
    default VmRecord started(VmRecord making, Vm started) {
      return making.started(started.identity());
    }
  }

  /**
   * A VM that was just started; to be killed by whoever holds this and does not pass it on.
   *
   * @param vm what its starter yielded
   * @param folder its sockets and logs
   * @param record what the journal says of it
   */
  public record Newborn<T>(T vm, VmFolder folder, VmRecord record) {}

  /**
   * Makes a VM with {@code starter}; a failure leaves neither folder nor process.
   *
   * @param route how it is made: a word of the wire
   * @param templateKey hex; empty = made without a template
   * @param boot what it has so far
   */
  public <T> Newborn<T> make(String route, String templateKey, Sizing boot, Starter<T> starter) {
    VmId id = VmId.random();
    VmFolder folder = folders.create(id);
    try {
      VmRecord making = VmRecord.making(id.value(), route, templateKey, boot, clock.now());
      journal.write(folder, making);
      T vm = starter.start(id, folder);
      return new Newborn<>(vm, folder, recorded(vm, folder, making, starter));
    } catch (RuntimeException | Error e) {
      folder.remove();
      throw e;
    }
  }

  private <T> VmRecord recorded(T vm, VmFolder folder, VmRecord making, Starter<T> starter) {
    try {
      VmRecord started = starter.started(making, vm);
      journal.write(folder, started);
      return started;
    } catch (RuntimeException e) {
      VmUndo.kill(starter.vm(vm));
      throw e;
    }
  }
}
