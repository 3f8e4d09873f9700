package io.vmfactory.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = VmFactoryMain.class.getPackage().getImplementationVersion();
    return new String[] {"vmfactory " + (version == null ? "(not packaged)" : version)};
  }
}
