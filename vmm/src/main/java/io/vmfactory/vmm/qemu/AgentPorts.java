package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.UnixListener;
import io.vmfactory.vmm.VmFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The listening sockets of a VM's agent ports, open until QEMU has inherited them. */
final class AgentPorts implements AutoCloseable {
  /** Number of ports: those for clients, and the daemon's. */
  static final int COUNT = VmFolder.AGENT_PORTS + 1;

  private final List<UnixListener> listeners = new ArrayList<>();

  private AgentPorts() {}

  static AgentPorts listen(VmFolder folder) {
    AgentPorts ports = new AgentPorts();
    try {
      for (Path socket : folder.allAgentSockets()) {
        ports.listeners.add(UnixListener.open(socket));
      }
      return ports;
    } catch (RuntimeException e) {
      ports.close();
      throw e;
    }
  }

  /** Returns the descriptors in the order of the ports. */
  List<Integer> descriptors() {
    return listeners.stream().map(UnixListener::descriptor).toList();
  }

  @Override
  public void close() {
    listeners.forEach(UnixListener::close);
  }
}
