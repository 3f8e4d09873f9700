#ifndef VMFACTORY_VERSION_H
#define VMFACTORY_VERSION_H

#define AGENT_VERSION "0.1.0"
#define AGENT_API_VERSION "0.0.1" // version of Kata's agent protocol

#endif
