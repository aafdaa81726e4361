"""What the runs say: medians over the seeds, and who reached whom after how many simulations."""


def write_summary(folder, runs, fronts):
    pass
