package io.vmfactory.client.sandbox;

import io.vmfactory.configs.ConfigException;
import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link SandboxRuntime}.
 *
 * @param runtime the settings for the daemon, the sandboxes and the images
 * @param qemu the settings for VMs that the runtime boots itself
 */
public record RuntimeSettings(RuntimeConfig runtime, QemuConfig qemu) {

  /** Returns the settings in {@code config}. */
  public static RuntimeSettings of(VmFactoryConfig config) {
    return new RuntimeSettings(config.runtime(), config.qemu());
  }

  /**
   * Returns the settings in a configuration file.
   *
   * @param file null for the file that the daemon would use
   * @throws ConfigException if the file has errors; lists all of them
   */
  public static RuntimeSettings load(@Nullable Path file) {
    return of(new ConfigLoader(Surroundings.ofThisProcess()).load(file).config());
  }
}
