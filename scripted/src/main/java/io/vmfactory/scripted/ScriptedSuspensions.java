package io.vmfactory.scripted;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.template.Suspensions;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Suspended VMs without files: records in a map, and snapshots among scripted templates. */
public final class ScriptedSuspensions implements Suspensions {
  private static final Duration ENDLESS = Duration.ofDays(1);

  /** The steps that can be made to misbehave. */
  public enum Step {
    RECORD,
    FORGET,
    DISCARD
  }

  /** The failures to play. Those of storing and restoring are the snapshots' own. */
  public final Faults<Step> faults;

  private final ScriptedTemplates snapshots;
  private final Map<String, SuspendedVm> records;

  /** Makes an empty store whose snapshots are in {@code snapshots}, which no other uses. */
  public ScriptedSuspensions(ScriptedTemplates snapshots) {
    this(new Faults<>(), snapshots, new ConcurrentSkipListMap<>());
  }

  private ScriptedSuspensions(
      Faults<Step> faults, ScriptedTemplates snapshots, Map<String, SuspendedVm> records) {
    this.faults = faults;
    this.snapshots = snapshots;
    this.records = records;
  }

  /** Returns the same store, with VMs made by {@code other}. */
  public ScriptedSuspensions over(Hypervisor other) {
    return new ScriptedSuspensions(faults, snapshots.over(other), records);
  }

  /** Returns the snapshots, those without a record included. */
  public ScriptedTemplates snapshots() {
    return snapshots;
  }

  @Override
  public Found found() {
    return new Found(List.copyOf(records.values()), List.of());
  }

  @Override
  public TemplateInfo store(
      VmSnapshot taken, SnapshotNote note, long mostBytes, Laps laps, Deadline deadline) {
    return snapshots.store(taken, note, mostBytes, laps, deadline);
  }

  @Override
  public void discard(TemplateKey key) {
    faults.play(Step.DISCARD, Deadline.after(ENDLESS));
    snapshots.delete(key);
  }

  @Override
  public void record(SuspendedVm vm) {
    faults.play(Step.RECORD, Deadline.after(ENDLESS));
    records.put(vm.lease(), vm);
  }

  @Override
  public Vm restore(SuspendedVm vm, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    if (!vm.equals(records.get(vm.lease()))) {
      throw new TemplateException(Reason.REFUSED, "not the record that was written last");
    }
    return snapshots.restore(new TemplateKey(vm.stored().key()), id, folder, laps, deadline);
  }

  @Override
  public void forget(SuspendedVm vm) {
    faults.play(Step.FORGET, Deadline.after(ENDLESS));
    records.remove(vm.lease());
  }

  @Override
  public void sweep() {
    List<String> needed = records.values().stream().map(vm -> vm.stored().key()).toList();
    snapshots.list().stream()
        .filter(snapshot -> !needed.contains(snapshot.key().hex()))
        .forEach(snapshot -> snapshots.delete(snapshot.key()));
  }
}
