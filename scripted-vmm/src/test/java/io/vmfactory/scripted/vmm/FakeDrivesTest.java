package io.vmfactory.scripted.vmm;

import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.DrivesContract;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.util.List;

class FakeDrivesTest extends DrivesContract {
  private final FakeHypervisor fake = new FakeHypervisor();

  @Override
  protected Vm boot(VmId id, VmFolder folder) {
    VmSpec spec =
        new VmSpec(
            new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
            new Sizing(1, 128),
            new Sizing(1, 128),
            0,
            new VmSpec.Kernel(Path.of("/k"), Path.of("/i"), List.of()),
            AgentTransport.VIRTIO_SERIAL,
            DEVICES);
    return fake.boot(new Launch(id, spec, folder, new GuestRam.Anonymous()), deadline);
  }
}
