"""The phases of a year, one file each; ``abm.model`` lists them in order."""
