// The adapter that `synap-mock adapter node` prints, run with the client in this folder.
import "../../synap_contracts/adapters/node.mjs";
