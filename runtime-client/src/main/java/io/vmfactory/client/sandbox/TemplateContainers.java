package io.vmfactory.client.sandbox;

import io.vmfactory.api.v1.Template;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import java.util.List;

/** Containers that are made once, in a template, and used in its clones. */
public interface TemplateContainers {
  /**
   * Returns the containers of the template that this sandbox has just been started from, whose
   * programs have not begun; none for another sandbox. Those that have no known shape are left out.
   */
  List<WaitingContainer> waiting();

  /**
   * Makes a waiting container another one: it gets another id and another program, as if it had
   * been created so.
   *
   * @param as its new id
   * @param program of which arguments, variables and directory count
   * @throws SandboxException NOT_FOUND, ALREADY_EXISTS, INVALID, WRONG_STATE
   */
  Container reuse(String containerId, String as, OciProcess program, Deadline deadline);

  /**
   * Stores the sandbox as it is now as the next version of a template. It goes on.
   *
   * @param name the name of the template
   * @param containerId the container that clones use first
   * @param shape its shape, if its program can be chosen
   * @throws SandboxException UNSUPPORTED if the VM cannot be stored, INVALID (the name), NO_ROOM,
   *     WRONG_STATE
   */
  Template store(String name, String containerId, ContainerShape shape, Deadline deadline);
}
