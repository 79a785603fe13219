from workers.launch.cli import main

main()
